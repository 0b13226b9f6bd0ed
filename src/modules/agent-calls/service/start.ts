// Each call of an agent is a run with one node. So it has progress, history and costs, and can be cancelled and retried like any run.
import type { Actor, RequestContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import type { Node } from '../../../engine/model/definition.ts'
import type { AgentSpec } from '../../../nodes/ai/agent-spec.ts'
import { runActor } from '../../../objects/run-spec.ts'
import type { StartOptions } from '../../../objects/workflow-run.ts'
import { judgeUrl } from '../../../providers/outbound/index.ts'
import { AGENT_NODE } from '../../agent-threads/index.ts'
import { type Started, startRunnable } from '../../runs/index.ts'
import { findTeamStart, type Runnable } from '../../workflows/index.ts'
import type { CallAgent } from '../schema.ts'

type Ctx = RequestContext & { actor: Actor }

export type AgentStart = Pick<CallAgent, 'agent' | 'callbackUrl' | 'metadata'> & {
  /** Set for an agent of the team. */
  agentId?: string | undefined
  input: Json
  /** The node of the run, without its id. */
  node: Pick<Node, 'params' | 'each'> & { type?: string }
  /** Settings of the run's definition. */
  settings?: Record<string, unknown>
  named?: (runId: string) => Promise<void>
  request: Json
  idempotencyKey: string | null
  options: StartOptions
}

export async function startCall(
  ctx: Ctx,
  { agent, agentId, callbackUrl, metadata, input, node, settings, named, request, ...how }: AgentStart,
): Promise<Started> {
  const { idempotencyKey, options } = how
  if (callbackUrl !== undefined) {
    const judged = judgeUrl(callbackUrl, ctx.settings.OUTBOUND_ALLOW_HOSTS)
    if (!judged.ok) throw new AppError('outbound.blocked', { detail: `callbackUrl: ${judged.error.reason}` })
  }
  return startRunnable(ctx, await runnableOf(ctx, agent, { node, settings }), {
    input,
    asker: ctx.actor,
    trigger: { type: 'manual' },
    startedBy: ctx.actor.userId,
    by: runActor(ctx),
    options,
    kind: 'agent',
    ...(agentId === undefined ? {} : { subjectId: agentId }),
    ...(named === undefined ? {} : { named }),
    ...(idempotencyKey === null ? {} : { once: `agent ${idempotencyKey}`, request }),
    more: {
      workflowId: null,
      ...(metadata === undefined ? {} : { metadata }),
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
    },
  })
}

async function runnableOf(
  { env, actor }: Ctx,
  { name = 'Agent', version = 1 }: AgentSpec,
  { node, settings }: Pick<AgentStart, 'node'> & { settings: AgentStart['settings'] | undefined },
): Promise<Runnable> {
  const team = await findTeamStart(env.DB, actor.teamId)
  if (team === null) throw notFound('The team')
  const definition = JSON.stringify({
    nodes: [{ id: AGENT_NODE, type: 'ai.agent', ...node }],
    output: `{{ nodes.${AGENT_NODE} }}`,
    ...(settings === undefined ? {} : { settings }),
  })
  return {
    id: 'agent',
    teamId: actor.teamId,
    name,
    active: 1,
    errorWorkflowId: null,
    version,
    definition,
    definitionHash: await sha256Hex(canonicalJson(definition)),
    vars: team.vars,
    plan: team.plan,
    runsThisMonth: team.runsThisMonth,
    runningRuns: team.runningRuns,
  }
}
