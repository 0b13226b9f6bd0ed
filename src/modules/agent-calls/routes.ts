import type { Context } from 'hono'
import { idPattern } from '../../core/ids.ts'
import { isTerminal } from '../../engine/model/state.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access } from '../../http/auth.ts'
import { keyedByObject } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { messagesOf } from '../../nodes/ai/settings.ts'
import { Execution } from '../../objects/run-view.ts'
import { BUILT_IN_TYPES } from '../agents/index.ts'
import { idempotencyKeyOf, waitMsOf } from '../runs/index.ts'
import {
  AgentRun,
  CallAgent,
  CallAgentBatch,
  CallStoredAgent,
  StreamAgent,
  StreamStoredAgent,
  UiStream,
} from './schema.ts'
import { callAgentBatch } from './service/batch.ts'
import { type Call, callAgent, requireCallable, toAgentRun } from './service/call.ts'
import { resumeStream, resumeThread, streamAgent } from './service/stream.ts'

const EVENT_STREAM = 'text/event-stream'
const WAITS = { alsoStatus: 202, waits: true } as const
const AGENT = `:idOrType{${idPattern('agt')}|${BUILT_IN_TYPES.join('|')}}` as const

async function answered(
  c: Context<AppEnv>,
  { prompt, messages, ...call }: CallStoredAgent,
  choice: AgentChoice,
) {
  const options = { waitMs: waitMsOf(c), idempotencyKey: idempotencyKeyOf(c) }
  const question = messagesOf({ prompt, messages })
  const { execution } = await callAgent(c.var.ctx, { ...call, ...choice, messages: question }, options)
  c.header('Location', `/api/v1/workflows/executions/${execution.id}`)
  return c.json(toAgentRun(execution), isTerminal(execution.status) ? 200 : 202)
}

type AgentChoice = Pick<Call, 'agent' | 'agentId'>

const stored = async (c: Context<AppEnv>, agentId: string): Promise<AgentChoice> => ({
  agent: await requireCallable(c.var.ctx, agentId),
  agentId,
})

export const agentCallRoutes = router()
  .post(
    '/execute',
    access('agents:run'),
    keyedByObject,
    doc('agents.execute', 'Call an agent; with Prefer: wait=N its answer', 200, AgentRun, WAITS),
    validate('json', CallAgent),
    async (c) => {
      const { agent, ...call } = c.req.valid('json')
      return answered(c, call, { agent })
    },
  )
  .post(
    '/stream',
    access('agents:run'),
    keyedByObject,
    doc('agents.stream', 'Chat with an agent: a UI message stream of the AI SDK', 200, UiStream, {
      mediaType: EVENT_STREAM,
    }),
    validate('json', StreamAgent),
    async (c) => {
      const { agent, ...chat } = c.req.valid('json')
      return streamAgent(c.var.ctx, chat, { agent }, c.req.raw, idempotencyKeyOf(c))
    },
  )
  .post(
    `/${AGENT}/execute`,
    access('agents:run'),
    keyedByObject,
    doc('agents.call', 'Call an agent of the team; with Prefer: wait=N its answer', 200, AgentRun, {
      ...WAITS,
      description:
        'The run keeps the version that the agent has now. Built-in agents are called by their type.',
    }),
    validate('json', CallStoredAgent),
    async (c) => answered(c, c.req.valid('json'), await stored(c, c.req.param('idOrType'))),
  )
  .post(
    `/${AGENT}/stream`,
    access('agents:run'),
    keyedByObject,
    doc('agents.chat', 'Chat with an agent of the team: a UI message stream of the AI SDK', 200, UiStream, {
      mediaType: EVENT_STREAM,
    }),
    validate('json', StreamStoredAgent),
    async (c) => {
      const choice = await stored(c, c.req.param('idOrType'))
      return streamAgent(c.var.ctx, c.req.valid('json'), choice, c.req.raw, idempotencyKeyOf(c))
    },
  )
  .post(
    `/${AGENT}/batch`,
    access('agents:run'),
    keyedByObject,
    doc('agents.callBatch', 'Ask an agent of the team many things, as one run', 200, Execution, {
      ...WAITS,
      description:
        'The output of the run is a list in the order of the inputs, with the output of `ai.agent`, or `{ error }` for a call that failed or could not be made.',
    }),
    validate('json', CallAgentBatch),
    async (c) => {
      const options = { waitMs: waitMsOf(c), idempotencyKey: idempotencyKeyOf(c) }
      const agentId = c.req.param('idOrType')
      const { execution } = await callAgentBatch(c.var.ctx, agentId, c.req.valid('json'), options)
      c.header('Location', `/api/v1/workflows/executions/${execution.id}`)
      return c.json(execution, isTerminal(execution.status) ? 200 : 202)
    },
  )
  .get(
    `/runs/:id{${idPattern('run')}}/stream`,
    access('agents:read'),
    doc('agents.resumeStream', 'Get the stream of an active call; 204 if it has ended', 200, UiStream, {
      mediaType: EVENT_STREAM,
      otherAnswers: { '204': 'The call has ended: its answer is read from the run.' },
    }),
    async (c) => (await resumeStream(c.var.ctx, c.req.param('id'), c.req.raw)) ?? c.body(null, 204),
  )
  .get(
    `/threads/:id{${idPattern('thr')}}/stream`,
    access('agents:read'),
    doc(
      'agents.threads.resumeStream',
      'The answer that is under way in a thread; 204 when there is none',
      200,
      UiStream,
      {
        mediaType: EVENT_STREAM,
        otherAnswers: { '204': 'The thread has no active answer.' },
      },
    ),
    async (c) => (await resumeThread(c.var.ctx, c.req.param('id'), c.req.raw)) ?? c.body(null, 204),
  )
