// Automatic tests: once a night each. The owner of the team is notified when an integration stops working.
import type { RequestContext } from '../../../context.ts'
import { newId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { notify } from '../../../queue/notify.ts'
import { openCredential } from '../credentials/open.ts'
import { statusAfter } from './judge.ts'
import { claimTest, type DueTest, findDueTests, insertTest, setTestResult, type TestRow } from './repo.ts'
import { runTest } from './run-test.ts'
import { lastTestOf } from './service.ts'
import { nextNight } from './when.ts'

/** Per tick of a minute: each may take ten seconds, and six connections are open at a time. */
const MAX_A_TICK = 18
const AT_ONCE = 6

export async function testDueIntegrations(request: RequestContext): Promise<void> {
  const due = await findDueTests(request.env.DB, request.now(), MAX_A_TICK)
  const left = [...due]
  const work = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      try {
        await testOne(request, next)
      } catch (error) {
        request.log.error('an integration could not be tested', { integrationId: next.id, error })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function testOne(request: RequestContext, due: DueTest): Promise<void> {
  const { env } = request
  const { id, teamId } = due
  if (!(await claimTest(env.DB, due, nextNight(request.now())))) return
  // The owner was notified when the consent was lost.
  if (due.status === 'needs_reconnect') return
  const scope = { ...request, teamId }
  const report = await runTest(scope, await openCredential(scope, id))
  const now = request.now()
  const row: TestRow = {
    id: newId('tst', now),
    integrationId: id,
    teamId,
    ...report,
    testedBy: null,
    createdAt: now,
  }
  const after = statusAfter(report.outcome, due, true, now)
  const breaks = after.status === 'failing' && due.status !== 'failing'
  await commit(
    { ...request, system: true },
    {
      statements: [
        ...insertTest(row),
        setTestResult(teamId, id, { ...after, lastTest: JSON.stringify(lastTestOf(row)) }),
      ],
      audit: {
        action: 'integration.tested',
        targetType: 'integration',
        targetId: id,
        teamId,
        after: { outcome: report.outcome, status: after.status },
      },
      messages: breaks ? [noticeOf(due, report.message)] : [],
    },
  )
}

const noticeOf = ({ id, teamId, name }: DueTest, message: string): QueueMessage =>
  notify({
    kind: 'integration.broken',
    to: { role: 'owner' },
    teamId,
    level: 'error',
    title: `The integration "${name}" no longer works`,
    message: [
      'Its nightly test has failed:',
      '',
      message,
      '',
      `Workflows that use it also fail. Set new secrets with PATCH /api/v1/users/integrations/${id}.`,
    ].join('\n'),
    subject: { type: 'integration', id },
    dedupeKey: id,
  })
