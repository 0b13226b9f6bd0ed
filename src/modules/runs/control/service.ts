import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { runActor } from '../../../objects/run-spec.ts'
import type { ControlAnswer, ControlVerb } from '../../../objects/workflow-run.ts'
import { requireFilesReadable } from '../../files/index.ts'
import { mayEdit, requireEditor } from '../../workflows/index.ts'
import { ownRun } from '../read/service.ts'
import { shown, toExecution } from '../read/view.ts'
import type { Execution } from '../schema.ts'
import type { ResolveNode, Signal } from './schema.ts'

// The run's object writes the audit entry for each operation, in the turn that applies it.
type Ctx = RequestContext & { actor: Actor }

function executionOf(answer: ControlAnswer): Execution {
  if (answer.ok) return shown(toExecution(answer.run))
  if (answer.reason === 'not_found') throw notFound('The run')
  throw new AppError('resource.conflict', { detail: answer.detail })
}

export async function controlRun(ctx: Ctx, runId: string, verb: ControlVerb): Promise<Execution> {
  const { run } = await ownRun(ctx, runId)
  return executionOf(await run.control(verb, ctx.actor.userId, runActor(ctx)))
}

export async function signalRun(ctx: Ctx, runId: string, { name, data, id }: Signal): Promise<Execution> {
  requireFilesReadable(ctx.actor, data, 'The signal')
  const { run } = await ownRun(ctx, runId)
  const signal = { name, data: data ?? null, by: ctx.actor.userId, ...(id === undefined ? {} : { id }) }
  return executionOf(await run.signal(signal, runActor(ctx)))
}

export async function resolveNode(
  ctx: Ctx,
  runId: string,
  path: string,
  { outcome, output }: ResolveNode,
): Promise<Execution> {
  requireFilesReadable(ctx.actor, output, 'The output')
  const { run } = await ownRun(ctx, runId)
  // Settling a sub-workflow must not replace the answers of the people it asks.
  if (outcome === 'succeeded' && !mayEdit(ctx.actor) && (await run.node(path))?.type === 'flow.workflow')
    requireEditor(ctx.actor, 'Settling a sub-workflow')
  const resolution = { path, outcome, by: ctx.actor.userId, ...(output === undefined ? {} : { output }) }
  return executionOf(await run.resolve(resolution, runActor(ctx)))
}
