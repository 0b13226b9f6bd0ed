import type { ServiceContext } from '../../context.ts'
import type { Json } from '../../core/json.ts'
import { runActor } from '../../objects/run-spec.ts'
import { builtInRunnable, startRunnable } from '../runs/index.ts'

/** Starts a built-in run that works on many tasks. Returns its id and URL. */
export async function startRunOfTasks(
  ctx: ServiceContext,
  built: { kind: 'bulk' | 'export'; name: string; definition: string },
  input: object,
): Promise<{ runId: string; link: string }> {
  const { teamId, userId } = ctx.actor
  const { execution } = await startRunnable(ctx, await builtInRunnable(ctx, teamId, built), {
    input: JSON.parse(JSON.stringify(input)) as Json,
    trigger: { type: 'manual' },
    startedBy: userId,
    by: runActor(ctx),
    options: {},
    kind: built.kind,
    more: { workflowId: null },
  })
  return { runId: execution.id, link: `/api/v1/workflows/executions/${execution.id}` }
}
