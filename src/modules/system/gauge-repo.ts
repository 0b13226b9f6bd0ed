// The current values for the metrics. Each query uses an index and counts only what is open, due or has just ended, so none gets
// slower as the installation ages.
import { MINUTE_MS } from '../../core/clock.ts'

/** What "just ended" means. */
export const RECENT_MS = 5 * MINUTE_MS

type Count = { name: string; n: number }
type Single = {
  inLine: number
  stuck: number
  approvals: number
  events: number
  due: number
  delayMs: number
  webhooksDue: number
  tickAt: number | null
}

const DUE = "FROM outbox WHERE status = 'pending' AND next_at <= ?1"

export async function findGauges(d1: D1Database, now: number) {
  const [open, ended, single, outbox, connections] = await d1.batch([
    d1.prepare(
      'SELECT status AS name, count(*) AS n FROM runs WHERE finished_at IS NULL AND deleted_at IS NULL GROUP BY status',
    ),
    d1
      .prepare('SELECT status AS name, count(*) AS n FROM runs WHERE finished_at > ? GROUP BY status')
      .bind(now - RECENT_MS),
    d1
      .prepare(
        `SELECT (SELECT count(*) FROM runs WHERE line_since IS NOT NULL) AS inLine,
           (SELECT count(*) FROM runs WHERE stuck_since IS NOT NULL) AS stuck,
           (SELECT count(*) FROM approvals WHERE status = 'pending') AS approvals,
           (SELECT count(*) FROM event_waits) AS events,
           (SELECT count(*) ${DUE}) AS due,
           (SELECT count(*) FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL AND next_attempt_at <= ?1) AS webhooksDue,
           (SELECT started_at FROM cron_state WHERE id = 'tick') AS tickAt,
           ?1 - COALESCE((SELECT min(next_at) ${DUE}), ?1) AS delayMs`,
      )
      .bind(now),
    d1.prepare(
      "SELECT status AS name, count(*) AS n FROM outbox WHERE status IN ('pending', 'dead') GROUP BY status",
    ),
    d1.prepare(
      `SELECT 'socket' AS name, count(*) AS n FROM realtime_connections WHERE kind = 'socket'
       UNION ALL SELECT 'stream', count(*) FROM realtime_connections WHERE kind = 'stream'
       UNION ALL SELECT 'run', count(*) FROM run_followers`,
    ),
  ])
  return {
    connections: countsOf(connections),
    databaseBytes: single?.meta.size_after ?? 0,
    open: countsOf(open),
    ended: countsOf(ended),
    single: single?.results[0] as Single,
    outbox: countsOf(outbox),
  }
}

/** Missing values are zero. */
function countsOf(result: D1Result | undefined): (name: string) => number {
  const counts = new Map(((result?.results ?? []) as Count[]).map(({ name, n }) => [name, n]))
  return (name) => counts.get(name) ?? 0
}
