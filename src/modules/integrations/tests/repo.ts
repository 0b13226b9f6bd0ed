import { and, count, eq } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { type IntegrationStatus, integrationTests } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'

export type TestRow = typeof integrationTests.$inferSelect

/** How many results are kept per integration. */
export const MAX_TESTS_KEPT = 50

export function findTests(
  db: Db,
  teamId: string,
  integrationId: string,
  options: ListOptions,
): Promise<TestRow[]> {
  const { where, orderBy, limit } = keyset(options, { at: integrationTests.createdAt }, integrationTests.id)
  return db
    .select()
    .from(integrationTests)
    .where(and(eq(integrationTests.integrationId, integrationId), eq(integrationTests.teamId, teamId), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countTests(db: Db, teamId: string, integrationId: string): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(integrationTests)
    .where(and(eq(integrationTests.integrationId, integrationId), eq(integrationTests.teamId, teamId)))
  return row?.total ?? 0
}

export type Tested = {
  status: IntegrationStatus
  unclearTests: number
  lastTest: string
  nextTestAt: number | null
}

/** An integration that waits for a consent stays so, unless the test succeeded. */
export const setTestResult = (
  teamId: string,
  id: string,
  { status, unclearTests, lastTest, nextTestAt }: Tested,
): Statement =>
  statement(
    `UPDATE integrations SET status = CASE WHEN status = 'needs_reconnect' AND ?3 <> 'ok' THEN status ELSE ?3 END,
       unclear_tests = ?4, last_test = ?5, next_test_at = ?6 WHERE id = ?1 AND team_id = ?2`,
    id,
    teamId,
    status,
    unclearTests,
    lastTest,
    nextTestAt,
  )

export const insertTest = (row: TestRow): Statement[] => [
  statement(
    `INSERT INTO integration_tests (id, integration_id, team_id, outcome, http_status, message, duration_ms, tested_by, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE EXISTS (SELECT 1 FROM integrations WHERE id = ?2 AND team_id = ?3)`,
    row.id,
    row.integrationId,
    row.teamId,
    row.outcome,
    row.httpStatus,
    row.message,
    row.durationMs,
    row.testedBy,
    row.createdAt,
  ),
  statement(
    `DELETE FROM integration_tests WHERE integration_id = ?1 AND id IN (
       SELECT id FROM integration_tests WHERE integration_id = ?1 ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ${MAX_TESTS_KEPT})`,
    row.integrationId,
  ),
]

export type DueTest = {
  id: string
  teamId: string
  name: string
  status: IntegrationStatus
  unclearTests: number
  nextTestAt: number
}

export async function findDueTests(d1: D1Database, now: number, limit: number): Promise<DueTest[]> {
  const { results } = await d1
    .prepare(
      `SELECT i.id, i.team_id AS teamId, i.name, i.status, i.unclear_tests AS unclearTests, i.next_test_at AS nextTestAt
       FROM integrations i JOIN teams t ON t.id = i.team_id JOIN users u ON u.id = t.owner_id AND u.status = 'active'
       WHERE i.next_test_at <= ?1 ORDER BY i.next_test_at LIMIT ?2`,
    )
    .bind(now, limit)
    .all<DueTest>()
  return results
}

/** Of two ticks with the same integration, the second changes no row. */
export async function claimTest(
  d1: D1Database,
  { id, nextTestAt }: DueTest,
  again: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare('UPDATE integrations SET next_test_at = ?3 WHERE id = ?1 AND next_test_at = ?2')
    .bind(id, nextTestAt, again)
    .run()
  return meta.changes === 1
}
