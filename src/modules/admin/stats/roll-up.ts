// Rolls up figures in slices of five minutes. Invariants:
// 1. A slice is added once: one batch writes its rows and the start of the next slice, and changes nothing if another tick was
//    first. The hub returns the same growth for a slice however often it is asked.
// 2. A slice is rolled up a little after its end. A run that reports its end later is missing from the figures.
// 3. Levels are measured at the time of the roll-up and written only with the newest slice.
import type { RequestContext } from '../../../context.ts'
import { HOUR_MS, MINUTE_MS } from '../../../core/clock.ts'
import { addFlows, addRoutes, type Figure, moveOn, putLevels } from '../../../db/platform-stats.ts'
import { runBatch } from '../../../db/statement.ts'
import { findPosition, STATS_SWEEP } from '../../../db/sweep-position.ts'
import { DURATION_BOUNDS_S, reportMetrics } from '../../../http/metrics.ts'
import { metricsHub } from '../../../objects/metrics-hub.ts'
import { findFlows, findLevels } from './repo.ts'
import { routeFigures } from './route-figures.ts'

export const SLICE_MS = 5 * MINUTE_MS
const SETTLE_MS = MINUTE_MS
const SLICES_A_TICK = 12
/** After a longer outage, the figures have a gap. */
const MAX_BEHIND_MS = 24 * HOUR_MS

export async function rollUpStats(request: RequestContext): Promise<void> {
  const { DB } = request.env
  const end = floor(request.now() - SETTLE_MS)
  let { position } = await findPosition(DB, STATS_SWEEP)
  let from = position === '' ? end - SLICE_MS : Math.max(Number(position), end - MAX_BEHIND_MS)
  for (let n = 0; n < SLICES_A_TICK && from < end; n++) {
    const next = from + SLICE_MS
    await rollUpSlice(request, { from, to: next, position, isNewest: next === end })
    position = String(next)
    from = next
  }
}

const floor = (ms: number): number => ms - (ms % SLICE_MS)

type Slice = { from: number; to: number; position: string; isNewest: boolean }

async function rollUpSlice(request: RequestContext, { from, to, position, isNewest }: Slice): Promise<void> {
  const { DB } = request.env
  const flows = await findFlows(DB, from, to)
  // Counts from the time without ticks are added to the newest slice.
  const routes = isNewest ? await growthOf(request, to) : []
  const levels: Figure[] = isNewest ? await findLevels(DB, request.now()) : []
  await runBatch(DB, [
    addFlows(flows, from, position),
    putLevels(levels, from, position),
    addRoutes(routes, from, position, DURATION_BOUNDS_S.length),
    moveOn(position, String(to)),
  ])
}

async function growthOf({ env }: RequestContext, slice: number) {
  await reportMetrics(env)
  return routeFigures(await metricsHub(env.METRICS_HUB).slice(String(slice)))
}
