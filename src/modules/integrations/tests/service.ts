import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { newId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { openCredential } from '../credentials/open.ts'
import type { IntegrationTest, ListTests } from '../schema.ts'
import { loadRow } from '../service/view.ts'
import { statusAfter } from './judge.ts'
import { countTests, findTests, insertTest, setTestResult, type TestRow } from './repo.ts'
import { runTest } from './run-test.ts'
import { isTestedNightly } from './when.ts'

export async function testIntegration(ctx: ServiceContext, id: string): Promise<IntegrationTest> {
  const { teamId, userId } = ctx.actor
  const before = await loadRow(ctx, id)
  const scope = { ...ctx, teamId }
  const credential = await openCredential(scope, id)
  const report = await runTest(scope, credential)
  const now = ctx.now()
  const row: TestRow = {
    id: newId('tst', now),
    integrationId: id,
    teamId,
    ...report,
    testedBy: userId,
    createdAt: now,
  }
  const after = statusAfter(report.outcome, before, false, now)
  const isNightly = isTestedNightly(credential.type, credential.config, credential.secrets)
  await commit(ctx, {
    statements: [
      ...insertTest(row),
      setTestResult(teamId, id, {
        ...after,
        lastTest: JSON.stringify(lastTestOf(row)),
        nextTestAt: isNightly ? after.nextTestAt : null,
      }),
    ],
    audit: {
      action: 'integration.tested',
      targetType: 'integration',
      targetId: id,
      after: { outcome: report.outcome },
    },
  })
  return toTest(row)
}

export async function listTests(
  ctx: ServiceContext,
  id: string,
  query: ListTests,
): Promise<Page<IntegrationTest>> {
  const { teamId } = ctx.actor
  await loadRow(ctx, id)
  const rows = await findTests(ctx.db, teamId, id, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toTest)
  return query.count ? { ...page, total: await countTests(ctx.db, teamId, id) } : page
}

export const lastTestOf = ({ outcome, httpStatus, message, durationMs, createdAt }: TestRow) => ({
  outcome,
  httpStatus,
  message,
  durationMs,
  at: toIso(createdAt),
})

const toTest = (row: TestRow): IntegrationTest => ({
  id: row.id,
  integrationId: row.integrationId,
  ...lastTestOf(row),
  testedBy: row.testedBy,
})
