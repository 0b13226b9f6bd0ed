// A team may have a million dependencies: no question about some tasks may read all of them.
import { expect, test } from 'vitest'
import { findConnected, findEdges } from '../../src/modules/tasks/graph/repo.ts'
import { findStandingDependencies, findWaiters } from '../../src/modules/tasks/repo/dependencies.ts'
import { openTaskDatabase, TEAM } from './task-database.ts'

/** The SQL that a query sends. */
async function sqlOf(query: (d1: D1Database) => Promise<unknown>): Promise<string> {
  let sent = ''
  const answer = { all: async () => ({ results: [] }) }
  await query({
    prepare: (sql: string) => {
      sent = sql
      return { bind: () => answer }
    },
  } as unknown as D1Database)
  return sent
}

test('dependencies are found by their tasks, not among all of the team', async () => {
  const { rows } = openTaskDatabase()
  const asked = {
    findStandingDependencies: findStandingDependencies(TEAM, []).toSQL().sql,
    findConnected: await sqlOf((d1) => findConnected(d1, TEAM, 'tsk_1', 10)),
    findEdges: await sqlOf((d1) => findEdges(d1, TEAM, [], 10)),
    findWaiters: await sqlOf((d1) => findWaiters(d1, TEAM, [])),
  }
  for (const [name, sql] of Object.entries(asked)) {
    const plan = rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql.replace(/\?\d+/g, "''")}`)
    const reads = plan.map(({ detail }) => detail).filter((detail) => /\bd\b/.test(detail))
    expect(reads, name).not.toHaveLength(0)
    for (const one of reads) expect(one, name).toMatch(/\((task_id|depends_on)=\?/)
  }
})
