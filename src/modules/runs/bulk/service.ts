// Applies one operation to many runs, with one result for each.
import type { Actor, RequestContext } from '../../../context.ts'
import { rowsOf } from '../../../db/hot-read.ts'
import { toPage } from '../../../db/paginate.ts'
import { ENDED_STATUSES, LIVE_STATUSES } from '../../../engine/model/state.ts'
import { controlRun, signalRun } from '../control/service.ts'
import { type Follow, followUp } from '../follow-up/service.ts'
import { bulkError } from '../item-error.ts'
import { findRuns, type RunFilter } from '../read/repo.ts'
import { deleteRun } from '../remove/service.ts'
import type { BulkFollow, BulkRunResults, BulkRuns, BulkSignal } from './schema.ts'

type Ctx = RequestContext & { actor: Actor }
type Done = { id: string; status: Extract<BulkRunResults['results'][number], { ok: true }>['status'] }

export const bulkCancel = (ctx: Ctx, body: BulkRuns): Promise<BulkRunResults> =>
  bulk(ctx, body, { status: LIVE_STATUSES }, (id) => controlRun(ctx, id, 'cancel'))

export const bulkSignal = (ctx: Ctx, { signal, ...body }: BulkSignal): Promise<BulkRunResults> =>
  bulk(ctx, body, { status: LIVE_STATUSES }, (id) => signalRun(ctx, id, signal))

export const bulkDelete = (ctx: Ctx, body: BulkRuns): Promise<BulkRunResults> =>
  bulk(ctx, body, { status: ENDED_STATUSES }, async (id) => {
    await deleteRun(ctx, id)
    return { id, status: 'deleted' }
  })

export function bulkFollow(
  ctx: Ctx,
  mode: 'retry' | 'rerun',
  { version, onlyLatest, ...body }: BulkFollow,
  idempotencyKey: string | null,
): Promise<BulkRunResults> {
  const follow: Follow = { mode, ...(version === undefined ? {} : { version }) }
  const status = mode === 'retry' ? ['failed', 'cancelled'] : ENDED_STATUSES
  return bulk(ctx, body, { status, onlyLatest }, (id) =>
    followUp(ctx, id, follow, { idempotencyKey, onlyLatest }),
  )
}

/** `fitting` limits a filter without `status` to runs that the operation can be applied to. */
async function bulk(
  ctx: Ctx,
  body: BulkRuns,
  fitting: RunFilter,
  work: (id: string) => Promise<Done>,
): Promise<BulkRunResults> {
  const { ids, nextCursor } =
    body.ids === undefined ? await idsOf(ctx, body, fitting) : { ids: body.ids, nextCursor: null }
  const results: BulkRunResults['results'] = []
  for (const original of ids) {
    try {
      const { id, status } = await work(original)
      results.push({ ok: true, original, id, status })
    } catch (error) {
      results.push({ ok: false, original, error: bulkError(error) })
    }
  }
  return { results, nextCursor }
}

const NEWEST_FIRST = '-createdAt'

async function idsOf(
  ctx: Ctx,
  { filter = {}, limit, cursor }: BulkRuns,
  fitting: RunFilter,
): Promise<{ ids: string[]; nextCursor: string | null }> {
  const options = { limit, sort: NEWEST_FIRST, ...(cursor === undefined ? {} : { cursor }) }
  const rows = await rowsOf(ctx.env.DB, findRuns(ctx.actor.teamId, { ...fitting, ...filter }, options))
  const page = toPage(
    rows,
    options,
    (row) => ({ value: row.createdAt, id: row.id }),
    ({ id }) => id,
  )
  return { ids: page.items, nextCursor: page.nextCursor }
}
