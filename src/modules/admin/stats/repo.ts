// Collects figures and stores and reads the rolled-up ones. Each query uses an index. Queries for a request never read runs.
import type { BucketSize, Figure } from '../../../db/platform-stats.ts'

type Ended = {
  kind: string
  status: string
  runs: number
  costMicroUsd: number
  inputTokens: number
  outputTokens: number
}

/** What happened between two times. */
export async function findFlows(d1: D1Database, from: number, to: number): Promise<Figure[]> {
  const [ended, single] = await d1.batch([
    d1
      .prepare(
        `SELECT kind, status, count(*) AS runs, sum(cost_micro_usd) AS costMicroUsd, sum(input_tokens) AS inputTokens,
           sum(output_tokens) AS outputTokens
         FROM runs WHERE finished_at >= ? AND finished_at < ? GROUP BY kind, status`,
      )
      .bind(from, to),
    d1
      .prepare(
        `SELECT (SELECT count(*) FROM runs WHERE created_at >= ?1 AND created_at < ?2) AS runsStarted,
           (SELECT count(*) FROM outbox WHERE status = 'done' AND done_at >= ?1 AND done_at < ?2 AND type = 'mail.send') AS mails`,
      )
      .bind(from, to),
  ])
  const rows = (ended?.results ?? []) as Ended[]
  const sum = (of: (row: Ended) => number): number => rows.reduce((total, row) => total + of(row), 0)
  return [
    ...rows.map(({ kind, status, runs }) => ({
      metric: 'runsEnded',
      label: `${kind}.${status}`,
      value: runs,
    })),
    { metric: 'modelCostMicroUsd', label: '', value: sum((row) => row.costMicroUsd) },
    { metric: 'modelInputTokens', label: '', value: sum((row) => row.inputTokens) },
    { metric: 'modelOutputTokens', label: '', value: sum((row) => row.outputTokens) },
    ...Object.entries(single?.results[0] as Record<string, number>).map(([metric, value]) => ({
      metric,
      label: '',
      value,
    })),
  ].filter(({ value }) => value > 0)
}

/** The current state. */
export async function findLevels(d1: D1Database, now: number): Promise<Figure[]> {
  const { results, meta } = await d1
    .prepare(
      `SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM teams) AS teams,
         (SELECT count(*) FROM realtime_connections) + (SELECT count(*) FROM run_followers) AS connections,
         (SELECT count(*) FROM outbox WHERE status = 'pending') AS queueMessages,
         ?1 - COALESCE((SELECT min(next_at) FROM outbox WHERE status = 'pending' AND next_at <= ?1), ?1) AS queueDelayMs,
         COALESCE((SELECT sum(value) FROM usage_counters WHERE metric = 'storageBytes' AND period = 'now'), 0) AS storageBytes`,
    )
    .bind(now)
    .all<Record<string, number>>()
  const figures = Object.entries(results[0] ?? {}).map(([metric, value]) => ({ metric, label: '', value }))
  return [
    ...figures,
    { metric: 'databaseMs', label: '', value: meta.duration ?? 0 },
    ...(meta.size_after > 0 ? [{ metric: 'databaseBytes', label: '', value: meta.size_after }] : []),
  ]
}

export type Bucket = Figure & { at: number }
export type RouteRow = {
  method: string
  route: string
  requests: number
  errors: number
  seconds: number
  /** JSON: the sums of the histogram. */
  within: string
}
export type OpenRow = { name: string; total: number }

const MAX_ROUTES = 200

export async function findStats(
  d1: D1Database,
  { size, from, to, bounds }: { size: BucketSize; from: number; to: number; bounds: number },
): Promise<{ buckets: Bucket[]; routes: RouteRow[]; open: OpenRow[]; sizeBytes: number | null; ms: number }> {
  const sums = Array.from({ length: bounds }, (_, i) => `sum(within ->> ${i})`)
  const [buckets, routes, open] = await d1.batch([
    d1
      .prepare(
        'SELECT metric, label, at, value FROM platform_stats WHERE size = ? AND at >= ? AND at < ? ORDER BY at',
      )
      .bind(size, from, to),
    d1
      .prepare(
        `SELECT method, route, sum(requests) AS requests, sum(errors) AS errors, sum(seconds) AS seconds, json_array(${sums.join(', ')}) AS within
         FROM platform_route_stats WHERE size = ? AND at >= ? AND at < ? GROUP BY method, route ORDER BY requests DESC LIMIT ${MAX_ROUTES}`,
      )
      .bind(size, from, to),
    d1.prepare(
      'SELECT status AS name, count(*) AS total FROM runs WHERE finished_at IS NULL AND deleted_at IS NULL GROUP BY status',
    ),
  ])
  return {
    buckets: (buckets?.results ?? []) as Bucket[],
    routes: (routes?.results ?? []) as RouteRow[],
    open: (open?.results ?? []) as OpenRow[],
    sizeBytes: open?.meta.size_after || null,
    ms: [buckets, routes, open].reduce((total, one) => total + (one?.meta.duration ?? 0), 0),
  }
}
