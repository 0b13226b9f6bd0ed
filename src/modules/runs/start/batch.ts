// Starts many runs, with one result for each.
import type { Actor, RequestContext } from '../../../context.ts'
import type { Json } from '../../../core/json.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { runActor } from '../../../objects/run-spec.ts'
import { findRunnable } from '../../workflows/index.ts'
import { bulkError } from '../item-error.ts'
import { requireVersionRight } from './asked.ts'
import { startRunnable } from './runnable.ts'
import type { BulkResults, StartBatch } from './schema.ts'
import { labelsIn, missing } from './service.ts'

export async function startBatch(
  ctx: RequestContext & { actor: Actor },
  body: StartBatch,
  idempotencyKey: string | null,
): Promise<BulkResults> {
  const results: BulkResults['results'] = []
  for (const [index, item] of body.items.entries()) {
    try {
      const runnable = await firstOf(
        ctx.env.DB,
        findRunnable(ctx.actor.teamId, item.workflowId, item.version ?? null),
      )
      if (runnable === null) throw await missing(ctx, ctx.actor.teamId, item.workflowId)
      if (item.version !== undefined) await requireVersionRight(ctx, ctx.actor, runnable)
      const once =
        idempotencyKey === null
          ? {}
          : { once: `${idempotencyKey} ${index}`, request: item as unknown as Json }
      const start = {
        input: item.input,
        asker: ctx.actor,
        trigger: { type: 'manual' },
        startedBy: ctx.actor.userId,
        by: runActor(ctx),
        options: {},
        more: labelsIn(item),
        ...once,
      } as const
      const { execution } = await startRunnable(ctx, runnable, start)
      results.push({ ok: true, id: execution.id, status: execution.status })
    } catch (error) {
      results.push({ ok: false, id: null, error: bulkError(error) })
    }
  }
  return { results }
}
