// A team may have millions of costs: a filter that few rows match reads the other rows only in an index.
import { expect, test } from 'vitest'
import { countCosts, findCosts } from '../../src/modules/finops/costs/repo.ts'
import type { ListCosts } from '../../src/modules/finops/costs/schema.ts'
import { countUsages, findUsages } from '../../src/modules/finops/usage/repo.ts'
import type { ListUsage } from '../../src/modules/finops/usage/schema.ts'
import { openTaskDatabase, TEAM } from './task-database.ts'

/** The SQL that a count sends. */
async function sqlOf(count: (d1: D1Database) => Promise<number>): Promise<string> {
  let sent = ''
  await count({
    prepare: (sql: string) => {
      sent = sql
      return { bind: () => ({ first: async () => null }) }
    },
  } as unknown as D1Database)
  return sent
}

test.each([
  ['service', '_key'],
  ['gpuType', '_key'],
  ['resource', '_key'],
  ['source', '_key'],
  ['q', '_key'],
  ['provider', '_date'],
  ['model', '_date'],
])('a list filtered by %s scans the index %s', async (name, index) => {
  const { rows } = openTaskDatabase()
  const query = { [name]: 'x', limit: 20, sort: '-date' }
  const asked: [table: string, sql: string][] = [
    ['cost_snapshots', findCosts(TEAM, query as unknown as ListCosts).sql],
    ['usage_snapshots', findUsages(TEAM, query as unknown as ListUsage).sql],
  ]
  if (index === '_key')
    asked.push(
      ['cost_snapshots', await sqlOf((d1) => countCosts(d1, TEAM, query as unknown as ListCosts))],
      ['usage_snapshots', await sqlOf((d1) => countUsages(d1, TEAM, query as unknown as ListUsage))],
    )
  for (const [table, sql] of asked) {
    const plan = rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace(/\?\d+/g, "''")}`)
    expect(plan[0]?.detail).toContain(`INDEX ${table}${index} (team_id=?`)
    // The order of dates comes from the index, so the scan ends with the page.
    expect(plan.map(({ detail }) => detail)).not.toContain('USE TEMP B-TREE FOR ORDER BY')
  }
})

test('a list sorted by cost reads only the rows of its page from the table', () => {
  const { rows } = openTaskDatabase()
  const query = { from: '2026-09-01', to: '2026-09-07', limit: 20, sort: '-cost' } as unknown as ListCosts
  const plan = rows<{ detail: string }>(
    `EXPLAIN QUERY PLAN ${findCosts(TEAM, query).sql.replace(/\?\d+/g, "''")}`,
  ).map(({ detail }) => detail)
  expect(plan).toContain('SEARCH cost_snapshots USING INTEGER PRIMARY KEY (rowid=?)')
  expect(plan).toContain(
    'SEARCH cost_snapshots USING COVERING INDEX cost_snapshots_date (team_id=? AND date>? AND date<?)',
  )
})
