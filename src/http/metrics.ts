// Counts requests and durations by route, as written in the API description, and status. Counting is a few additions in memory. Each
// isolate reports to the hub after a response, at most every ten seconds. A crash loses at most that much.
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Env } from '../env.ts'
import { metricsHub, type SeriesGrowth } from '../objects/metrics-hub.ts'
import type { AppEnv } from './app-env.ts'
import { openApiPath } from './route-meta.ts'

/** The bounds of the histogram of durations, in seconds. */
export const DURATION_BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const REPORT_EVERY_MS = 10_000

type Seen = { method: string; route: string; status: number; count: number; sumS: number; buckets: number[] }

export const REQUESTS = 'orrery_http_requests_total'
export const DURATIONS = 'orrery_http_request_duration_seconds'

const UNMATCHED = 'unmatched'

const seen = new Map<string, Seen>()
let reportedAt = 0

export function countRequests(now: () => number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const start = now()
    await next()
    const end = now()
    const path = routePath(c, -1)
    // A matched route has a known method. Any other method could be made up by the client.
    if (path.endsWith('*')) record(UNMATCHED, UNMATCHED, c.res.status, (end - start) / 1000)
    else record(c.req.method, path, c.res.status, (end - start) / 1000)
    if (end - reportedAt >= REPORT_EVERY_MS) {
      reportedAt = end
      c.executionCtx.waitUntil(reportMetrics(c.env))
    }
  }
}

function record(method: string, route: string, status: number, durationS: number): void {
  const key = `${method} ${route} ${status}`
  let series = seen.get(key)
  if (!series) {
    series = { method, route, status, count: 0, sumS: 0, buckets: DURATION_BOUNDS_S.map(() => 0) }
    seen.set(key, series)
  }
  series.count++
  series.sumS += durationS
  for (let i = DURATION_BOUNDS_S.length - 1; i >= 0 && durationS <= (DURATION_BOUNDS_S[i] ?? 0); i--)
    series.buckets[i] = (series.buckets[i] ?? 0) + 1
}

/** Reports the counts to the hub. If that fails, they are kept for the next report. */
export async function reportMetrics(env: Env): Promise<void> {
  const growth = [...seen.values()].flatMap(toGrowth)
  if (growth.length === 0) return
  const taken = new Map(seen)
  seen.clear()
  try {
    await metricsHub(env.METRICS_HUB).add(growth)
  } catch {
    for (const [key, series] of taken) requeueTask(key, series)
  }
}

function requeueTask(key: string, series: Seen): void {
  const newer = seen.get(key)
  if (!newer) {
    seen.set(key, series)
    return
  }
  newer.count += series.count
  newer.sumS += series.sumS
  newer.buckets = newer.buckets.map((value, i) => value + (series.buckets[i] ?? 0))
}

function toGrowth({ method, route, status, count, sumS, buckets }: Seen): SeriesGrowth[] {
  const labels = `method="${method}",route="${openApiPath(route)}"`
  return [
    [`${REQUESTS}{${labels},status="${status}"}`, count],
    ...buckets.map(
      (value, i): SeriesGrowth => [`${DURATIONS}_bucket{${labels},le="${DURATION_BOUNDS_S[i]}"}`, value],
    ),
    [`${DURATIONS}_bucket{${labels},le="+Inf"}`, count],
    [`${DURATIONS}_sum{${labels}}`, sumS],
    [`${DURATIONS}_count{${labels}}`, count],
  ]
}
