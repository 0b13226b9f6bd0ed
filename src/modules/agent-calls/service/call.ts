// Calls an agent, alone or in a thread.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { AgentSpec } from '../../../nodes/ai/agent-spec.ts'
import { faultsOfModels, faultsOfSchema } from '../../../nodes/ai/settings.ts'
import { faultsOfTools } from '../../../nodes/tools/offer.ts'
import type { StartOptions } from '../../../objects/workflow-run.ts'
import {
  currentAgent,
  isBuiltInType,
  requireKnownCredentials,
  requireToolRights,
} from '../../agents/index.ts'
import type { Started } from '../../runs/index.ts'
import type { AgentRun, CallAgent } from '../schema.ts'
import { attach } from './files.ts'
import { startInThread } from './in-thread.ts'
import { requireCallableModels, requireFits } from './models.ts'
import { type AgentStart, startCall } from './start.ts'

type Ctx = RequestContext & { actor: Actor }

/** With `agentId`, the agent belongs to the team. The run keeps its current version. */
export type Call = Omit<CallAgent, 'prompt' | 'messages'> & {
  messages: Json[]
  agentId?: string
  /** In a thread: asks the last question again, and replaces its turn. */
  isAgain?: boolean
}

export type CallOptions = StartOptions & { idempotencyKey: string | null }

export async function callAgent(
  ctx: Ctx,
  call: Call,
  { idempotencyKey, ...options }: CallOptions,
): Promise<Started> {
  requireValidCall(call)
  const {
    callbackUrl,
    metadata,
    agent,
    agentId,
    messages: said,
    files,
    capability,
    parameters,
    threadId,
    queue = false,
    isAgain = false,
    ...rest
  } = call
  refuseCapability({ capability, parameters })
  // The team's agent was checked when it was saved.
  if (agentId === undefined) {
    requireToolRights(ctx.actor, agent.tools ?? [])
    await requireKnownCredentials(ctx, agent, '/agent')
  }
  await requireKnownCredentials(ctx, { models: call.models })
  const { messages, tokens } = await attach(ctx, said, files)
  await requireCallableModels(ctx, { ...rest, agent })
  requireFits({ ...rest, agent }, { messages, fileTokens: tokens })
  const given = definedIn(rest)
  const start: AgentStart = {
    agent,
    agentId,
    callbackUrl,
    metadata,
    input: { agent, messages, ...given } as unknown as Json,
    node: { params: namedParams(['agent', 'messages', ...Object.keys(given)]) },
    request: requestOf(call),
    idempotencyKey,
    options,
  }
  if (threadId !== undefined)
    return startInThread(ctx, start, { threadId, asked: messages, mayWait: queue, isAgain })
  if (!queue) return startCall(ctx, start)
  throw new AppError('request.invalid', {
    errors: [{ path: '/queue', message: 'only calls in a thread wait in the queue', code: 'custom' }],
  })
}

/** Capabilities of agents are only names so far, and cannot be called. */
function refuseCapability({ capability, parameters }: Pick<Call, 'capability' | 'parameters'>): void {
  if (capability !== undefined)
    throw new AppError('agent.unknown_capability', {
      detail: `The agent has no capability ${JSON.stringify(capability)} that can be called. Describe the task in prompt instead.`,
    })
  if (parameters !== undefined)
    throw new AppError('request.invalid', {
      errors: [{ path: '/parameters', message: 'Only together with capability', code: 'custom' }],
    })
}

export const definedIn = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** Parameters that are read from the input, so nothing in them is evaluated as an expression. */
export const namedParams = (fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(fields.map((field) => [field, `{{ input.${field} }}`]))

/** The current version of the team's agent. Agents of other teams are not found. */
export async function requireCallable({ env, actor }: Ctx, agentId: string): Promise<AgentSpec> {
  const agent = await currentAgent(env.DB, actor.teamId, agentId)
  if (agent === null) throw notFound('The agent')
  if (isBuiltInType(agentId)) requireToolRights(actor, agent.tools ?? [])
  return agent
}

/** The hash that makes two calls the same. It contains the agent's version, which may have changed in between. */
const requestOf = ({ agent, agentId, ...call }: Call): Json =>
  ({ ...call, ...(agentId === undefined ? { agent } : { agentId }) }) as unknown as Json

/** Refuses calls that no run could complete. */
export function requireValidCall({ agent, schema, models }: Pick<Call, 'agent' | 'schema' | 'models'>): void {
  const faults = [
    ...faultsOfModels(models),
    ...faultsOfModels(agent.models).map(({ at, message }) => ({ at: ['agent', ...at], message })),
    ...faultsOfTools(agent.tools).map(({ at, message }) => ({ at: ['agent', 'tools', ...at], message })),
    ...faultsOfSchema(agent.outputSchema).map(({ at, message }) => ({
      at: ['agent', 'outputSchema', ...at.slice(1)],
      message,
    })),
    ...faultsOfSchema(schema),
  ]
  if (faults.length === 0) return
  throw new AppError('request.invalid', {
    errors: faults.map(({ at, message }) => ({
      path: `/${at.map(String).join('/')}`,
      message,
      code: 'custom',
    })),
  })
}

type Result = {
  text?: string
  object?: Json
  steps?: number
  usage?: AgentRun['usage']
  finishReason?: string
}

/** The run, together with the agent's answer. If the run failed, the answer so far. */
export function toAgentRun(execution: Started['execution']): AgentRun {
  const { status, output, error } = execution
  const reached = status === 'failed' ? (error?.details as Result | undefined) : undefined
  const {
    text = null,
    object,
    steps = null,
    usage = null,
  } = ((status === 'succeeded' ? output : reached) ?? {}) as Result
  const finishReason =
    status === 'succeeded'
      ? ((output as Result | null)?.finishReason ?? null)
      : status === 'failed'
        ? 'error'
        : status === 'cancelled'
          ? 'cancelled'
          : null
  return {
    ...execution,
    text,
    ...(object === undefined ? {} : { object }),
    steps,
    usage,
    finishReason,
  } as AgentRun
}
