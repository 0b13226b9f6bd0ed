// The rows of bench:finops: as a file, by the statements of a plain script, and straight into the tables.
import type { Engine } from '../engine/servers.ts'

/** As many as the import has on a page. */
const PAGE_ROWS = 1_000
const FILL_ROWS = 20_000
const COLUMNS =
  'id, team_id, date, provider, service, resource, source, cost_micro_usd, original_micro, labels, created_at, updated_at'
const TRIGGER = 'cost_snapshots_added'

function day(n: number): string {
  return new Date(Date.UTC(2026, 0, 1 + (n % 300))).toISOString().slice(0, 10)
}

export function importText(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, n) => `${day(n)},provider-${n % 7},service-${n % 31},resource-${n},bench,${(n % 1_000) / 100}`,
  )
  return `date,provider,service,resource,source,costUsd\n${lines.join('\n')}\n`
}

/** The same pages of rows into the same table, by statements alone. */
export async function insertPlainly({ batch }: Engine, count: number): Promise<void> {
  for (let from = 0; from < count; from += PAGE_ROWS) {
    const page = Array.from({ length: Math.min(PAGE_ROWS, count - from) }, (_, at) => {
      const n = from + at
      return [
        `cst_plain${n}`,
        'team_plain',
        day(n),
        `provider-${n % 7}`,
        `service-${n % 31}`,
        `resource-${n}`,
        n,
      ]
    })
    await batch([
      {
        sql: `INSERT INTO cost_snapshots (${COLUMNS})
          SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, 'bench', value ->> 6, value ->> 6, '{}', 0, 0
          FROM json_each(?)`,
        params: [JSON.stringify(page)],
      },
    ])
  }
}

/** Without the trigger that keeps the days, which are summed once at the end: much faster, with the same rows in the end. */
export async function fillCosts({ batch, teamId }: Engine, count: number): Promise<void> {
  const found = (await batch([
    { sql: 'SELECT sql FROM sqlite_master WHERE name = ?', params: [TRIGGER] },
  ])) as { sql: string }[][]
  const trigger = found[0]?.[0]?.sql ?? ''
  await batch([{ sql: `DROP TRIGGER ${TRIGGER}` }])
  for (let from = 0; from < count; from += FILL_ROWS)
    await batch([
      {
        sql: `INSERT INTO cost_snapshots (${COLUMNS})
          WITH RECURSIVE n (i) AS (SELECT ?2 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?3)
          SELECT 'cst_fill' || i, ?1, date('2026-01-01', (i % 300) || ' days'), 'provider-' || (i % 7), 'service-' || (i % 31),
            'resource-' || i, 'fill', i % 1000, i % 1000, '{}', 0, 0 FROM n`,
        params: [teamId, from, Math.min(count, from + FILL_ROWS)],
      },
    ])
  await batch([
    {
      sql: `INSERT INTO cost_days (team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency,
          cost_micro_usd, original_micro, micro_hours, tokens, cost_rows, usage_rows)
        SELECT team_id, date, provider, gpu_type, service, model, agent_id, workflow_id, user_id, currency,
          sum(cost_micro_usd), sum(original_micro), 0, 0, count(*), 0
        FROM cost_snapshots WHERE team_id = ?1 AND source = 'fill' GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
        ON CONFLICT DO UPDATE SET cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
          original_micro = original_micro + excluded.original_micro, cost_rows = cost_rows + excluded.cost_rows`,
      params: [teamId],
    },
    { sql: trigger },
  ])
}
