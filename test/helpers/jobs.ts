// Drives the outbox by hand, on the test's clock, instead of waiting for the queue.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { openContext, type RequestContext } from '../../src/context.ts'
import { tick } from '../../src/cron/index.ts'
import { runOutboxRow } from '../../src/jobs/index.ts'
import { clock } from './clock.ts'

export async function withContext<T>(work: (request: RequestContext) => Promise<T>): Promise<T> {
  const ctx = createExecutionContext()
  const result = await work(
    openContext(env, { now: clock.now, requestId: 'req_test', defer: (later) => ctx.waitUntil(later) }),
  )
  await waitOnExecutionContext(ctx)
  return result
}

/** Does every outbox row that has not been done yet, other tests' rows too, but not those of the types left out. */
export const runJobs = (leftOut: string[] = []): Promise<void> =>
  withContext(async (request) => {
    const { results } = await env.DB.prepare(
      "SELECT id FROM outbox WHERE status = 'pending' AND type NOT IN (SELECT value FROM json_each(?))",
    )
      .bind(JSON.stringify(leftOut))
      .all<{ id: string }>()
    for (const { id } of results) await runOutboxRow(request, id)
  })

/** Jobs that take long when another test has left many runs to start. None of them sends mail. */
const STARTS = ['event.dispatch', 'run.start']

export const runCron = (): Promise<void> => withContext((request) => tick(env, clock.now, request.defer))

export type KeptMail = { id: string; subject: string; text: string }

/** The newest first. The real queue may have a row in hand at this moment, so it waits until none is under way. */
export async function mailTo(recipient: string): Promise<KeptMail[]> {
  await vi.waitFor(async () => {
    await runJobs(STARTS)
    const row = await env.DB.prepare(
      "SELECT count(*) AS n FROM outbox WHERE status = 'pending' AND json_extract(body, '$.to') = ?",
    )
      .bind(recipient)
      .first<{ n: number }>()
    if (row?.n !== 0) throw new Error(`Mail to ${recipient} is still under way`)
  })
  const { results } = await env.DB.prepare(
    'SELECT id, subject, text_body AS text FROM mailbox WHERE recipient = ? ORDER BY created_at DESC, id DESC',
  )
    .bind(recipient)
    .all<KeptMail>()
  return results
}
