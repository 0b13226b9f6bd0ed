// Refuses calls, before a run starts, that none of the models could complete.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { AgentSpec } from '../../../nodes/ai/agent-spec.ts'
import { offeredTools } from '../../../nodes/tools/offer.ts'
import { contextFault, tokensOfRequest } from '../../../providers/models/index.ts'
import { judgeModelChoice } from '../../models/index.ts'

type Answering = {
  agent: AgentSpec
  models?: AgentSpec['models']
  schema?: Record<string, unknown> | undefined
}
type Asked = { messages: Json[]; fileTokens: number }

/** Requires that at least one of the models can be called: without a list, the default model. */
export async function requireCallableModels(
  ctx: RequestContext & { actor: Actor },
  { agent, models: given }: Answering,
): Promise<void> {
  const models = given ?? agent.models
  if (models === undefined) return
  const at = given === undefined ? '/agent/models' : '/models'
  const judged = await Promise.all(
    models.map((rung) => judgeModelChoice({ ...ctx, teamId: ctx.actor.teamId }, rung)),
  )
  const errors = judged.flatMap((one, index): FieldError[] =>
    one.kind === 'unknown_model'
      ? [{ path: `${at}/${index}/model`, message: one.message, code: 'model.unknown' }]
      : [],
  )
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
  const missing = judged.flatMap((one) => (one.kind === 'not_configured' ? [one.message] : []))
  if (missing.length === models.length)
    throw new AppError('model.not_configured', { detail: [...new Set(missing)].join(' ') })
}

/** Requires that the request fits at least one of the models. */
export function requireFits(
  { agent, models: given, schema }: Answering,
  { messages, fileTokens }: Asked,
): void {
  const models = given ?? agent.models
  if (models === undefined) return
  const tools = offeredTools(
    (agent.tools ?? []).map((tool) => {
      const {
        name,
        policy = 'allow',
        allowSelf = false,
        config = {},
      } = typeof tool === 'string' ? { name: tool } : tool
      return { name, policy, allowSelf, config: config as Record<string, Json> }
    }),
  )
  const tokens =
    fileTokens +
    tokensOfRequest({
      ...(agent.instructions === undefined ? {} : { instructions: agent.instructions }),
      messages,
      ...(schema === undefined ? {} : { schema }),
      tools,
    })
  const faults = models.map((rung) => contextFault(rung, tokens))
  const [first] = faults
  if (first != null && faults.every((fault) => fault !== null))
    throw new AppError('model.too_large', { detail: first })
}
