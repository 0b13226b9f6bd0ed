// Converts stored figures to the view of a bucket or of the totals.
import { SECOND_MS } from '../../../core/clock.ts'
import { toUsd } from '../../../core/money.ts'
import { DURATION_BOUNDS_S } from '../../../http/metrics.ts'
import { quantileMs } from './histogram.ts'
import type { Bucket, RouteRow } from './repo.ts'
import type { RouteStats, StatsFlows, StatsLevels } from './schema.ts'

/** The name of each level in the view and in the database. */
const LEVELS: { [Name in keyof StatsLevels]-?: [metric: string, scale: number] } = {
  users: ['users', 1],
  teams: ['teams', 1],
  connections: ['connections', 1],
  storageBytes: ['storageBytes', 1],
  queueMessages: ['queueMessages', 1],
  queueDelaySeconds: ['queueDelayMs', SECOND_MS],
  databaseBytes: ['databaseBytes', 1],
  databaseMs: ['databaseMs', 1],
}

export function flowsOf(rows: readonly Bucket[]): StatsFlows {
  const sums = new Map<string, number>()
  const byKind: Record<string, number> = {}
  const byStatus = { succeeded: 0, failed: 0, cancelled: 0 }
  for (const { metric, label, value } of rows) {
    sums.set(`${metric} ${label}`, (sums.get(`${metric} ${label}`) ?? 0) + value)
    if (metric !== 'runsEnded') continue
    const [kind = '', status = ''] = label.split('.')
    byKind[kind] = (byKind[kind] ?? 0) + value
    if (status in byStatus) byStatus[status as keyof typeof byStatus] += value
  }
  const of = (metric: string, label = ''): number => sums.get(`${metric} ${label}`) ?? 0
  const judged = byStatus.succeeded + byStatus.failed
  return {
    runsStarted: of('runsStarted'),
    runsEnded: byStatus,
    runsByKind: byKind,
    successRate: judged === 0 ? null : byStatus.succeeded / judged,
    modelCostUsd: toUsd(of('modelCostMicroUsd')),
    modelTokens: { input: of('modelInputTokens'), output: of('modelOutputTokens') },
    mails: of('mails'),
    webhooks: { succeeded: of('webhookAttempts', 'succeeded'), failed: of('webhookAttempts', 'failed') },
  }
}

export function levelsOf(rows: readonly Bucket[]): StatsLevels {
  const values = new Map(rows.filter(({ label }) => label === '').map(({ metric, value }) => [metric, value]))
  return Object.fromEntries(
    Object.entries(LEVELS).flatMap(([name, [metric, scale]]) => {
      const value = values.get(metric)
      return value === undefined ? [] : [[name, value / scale]]
    }),
  )
}

export function toRoute({ method, route, requests, errors, seconds, within }: RouteRow): RouteStats {
  const counts = JSON.parse(within) as number[]
  return {
    method,
    route,
    requests,
    errorRate: requests === 0 ? 0 : errors / requests,
    meanMs: requests === 0 ? 0 : Math.round((seconds / requests) * SECOND_MS * 100) / 100,
    p50Ms: quantileMs(0.5, counts, requests),
    p95Ms: quantileMs(0.95, counts, requests),
  }
}

export const BOUNDS = DURATION_BOUNDS_S.length
