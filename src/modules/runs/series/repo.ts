// Figures of the team's runs over time, and their errors grouped. Both read the index of the team's runs by time.

export type SeriesRange = {
  teamId: string
  from: number
  to: number
  bucketMs: number
  workflowId: string | null
}
export type CountRow = { bucket: number; status: string; runs: number; costMicroUsd: number }
export type DurationRow = { bucket: number | null; p50: number | null; p95: number | null }

const RUNS = `FROM runs WHERE team_id = ?1 AND created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL
  AND (?4 IS NULL OR workflow_id = ?4)`
const ENDED = "status IN ('succeeded', 'failed') AND duration_ms IS NOT NULL"
const PERCENTILES = `min(CASE WHEN place >= total * 0.5 THEN duration_ms END) AS p50,
  min(CASE WHEN place >= total * 0.95 THEN duration_ms END) AS p95`

/** One batch, so that the figures are consistent. The last row of the durations covers the whole range. */
export async function findSeries(
  d1: D1Database,
  { teamId, from, to, bucketMs, workflowId }: SeriesRange,
): Promise<{ counts: CountRow[]; durations: DurationRow[] }> {
  // The number is written into the SQL: SQLite treats a bound number as a real one and would not round the result.
  const bind = (sql: string) => d1.prepare(sql).bind(teamId, from, to, workflowId)
  const [counts, durations, whole] = await d1.batch([
    bind(
      `SELECT created_at / ${bucketMs} AS bucket, status, count(*) AS runs, sum(cost_micro_usd) AS costMicroUsd
       ${RUNS} GROUP BY bucket, status ORDER BY bucket`,
    ),
    bind(
      `WITH ranked AS (SELECT created_at / ${bucketMs} AS bucket, duration_ms,
           row_number() OVER (PARTITION BY created_at / ${bucketMs} ORDER BY duration_ms) AS place,
           count(*) OVER (PARTITION BY created_at / ${bucketMs}) AS total
         ${RUNS} AND ${ENDED})
       SELECT bucket, ${PERCENTILES} FROM ranked GROUP BY bucket`,
    ),
    bind(
      `WITH ranked AS (SELECT duration_ms, row_number() OVER (ORDER BY duration_ms) AS place, count(*) OVER () AS total
         ${RUNS} AND ${ENDED})
       SELECT NULL AS bucket, ${PERCENTILES} FROM ranked`,
    ),
  ])
  return {
    counts: (counts?.results ?? []) as CountRow[],
    durations: [...(durations?.results ?? []), ...(whole?.results ?? [])] as DurationRow[],
  }
}

export type ErrorGroupRow = {
  code: string
  path: string | null
  message: string
  workflowId: string | null
  workflowName: string
  runs: number
  firstAt: number
  lastAt: number
  runId: string
}

/** The node that failed first. For an item of an `each`, the node with the `each`. */
const CAUSE = "json_extract(error, '$.cause')"
const FAILED_STEP = `CASE WHEN instr(${CAUSE}, ':') > 0 THEN substr(${CAUSE}, 1, instr(${CAUSE}, ':') - 1) ELSE ${CAUSE} END`

type ErrorRange = { teamId: string; from: number; to: number; workflowId: string | null }

const FAILED_RUNS = `FROM runs
  WHERE team_id = ?1 AND status = 'failed' AND created_at >= ?2 AND created_at < ?3 AND deleted_at IS NULL
    AND error IS NOT NULL AND (?4 IS NULL OR workflow_id = ?4)
  GROUP BY json_extract(error, '$.code'), ${FAILED_STEP}, workflow_id`

/** Columns that are not aggregated come from the newest run of the group: SQLite takes them from the row with the maximum. */
export async function findErrorGroups(
  d1: D1Database,
  where: ErrorRange & { limit: number; skip: number },
): Promise<ErrorGroupRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT json_extract(error, '$.code') AS code, ${FAILED_STEP} AS path,
         json_extract(error, '$.message') AS message, workflow_id AS workflowId, workflow_name AS workflowName,
         count(*) AS runs, min(created_at) AS firstAt, max(created_at) AS lastAt, id AS runId
       ${FAILED_RUNS} ORDER BY runs DESC, lastAt DESC, runId LIMIT ?5 OFFSET ?6`,
    )
    .bind(where.teamId, where.from, where.to, where.workflowId, where.limit, where.skip)
    .all<ErrorGroupRow>()
  return results
}

export async function countErrorGroups(d1: D1Database, where: ErrorRange): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS total FROM (SELECT 1 ${FAILED_RUNS})`)
    .bind(where.teamId, where.from, where.to, where.workflowId)
    .first<{ total: number }>()
  return row?.total ?? 0
}
