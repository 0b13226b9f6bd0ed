// Processes the outbox on the test's clock, instead of waiting for the queue. Where the queue's own consumer was faster, this waits for it.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { openContext, type RequestContext } from '../../src/context.ts'
import { newId } from '../../src/core/ids.ts'
import { purge, tick } from '../../src/cron/index.ts'
import { runOutboxRow } from '../../src/jobs/index.ts'
import { CRON_TASKS } from '../../src/modules/index.ts'
import type { QueueMessage } from '../../src/queue/messages/index.ts'
import { clock } from './clock.ts'
import { isConsuming, nextBatch } from './entry-point.ts'

export async function withContext<T>(work: (request: RequestContext) => Promise<T>): Promise<T> {
  const ctx = createExecutionContext()
  const result = await work(
    openContext(env, { now: clock.now, requestId: 'req_test', defer: (later) => ctx.waitUntil(later) }),
  )
  await waitOnExecutionContext(ctx)
  return result
}

/**
 * Processes every pending outbox row and its consequences, including rows of other tests, except these types. When it returns, no such row
 * is in progress.
 */
export const runJobs = (leftOut: string[] = []): Promise<void> => runRows('type NOT IN', leftOut)

/** The same for rows of one type. */
export const runJobsOfType = (type: string): Promise<void> => runRows('type IN', [type])

const runRows = (condition: 'type IN' | 'type NOT IN', types: string[]): Promise<void> =>
  withContext(async (request) => {
    const tried = new Set<string>()
    for (;;) {
      const { results } = await env.DB.prepare(
        `SELECT id, attempts, coalesce(last_error, 'begun') = 'begun' AS isClaimed FROM outbox
         WHERE status = 'pending' AND ${condition} (SELECT value FROM json_each(?))`,
      )
        .bind(JSON.stringify(types))
        .all<{ id: string; attempts: number; isClaimed: number }>()
      const left = results.filter(({ id }) => !tried.has(id))
      if (left.length === 0) {
        if (!isConsuming() || !results.some(({ attempts, isClaimed }) => attempts > 0 && isClaimed)) return
        await nextBatch()
        continue
      }
      for (const { id } of left) {
        tried.add(id)
        await runOutboxRow(request, id)
      }
    }
  })

/** Jobs that take long if another test has left many runs to start. None of them sends mail. */
const STARTS = ['event.dispatch', 'run.start']

/** The whole tick. It also processes rows of other tests, which can take long, so name the tasks if that is enough. */
export const runCron = (): Promise<void> => withContext((request) => tick(env, clock.now, request.defer))

/** The named tasks of the tick, one after another. */
export const runCronTasks = (...names: string[]): Promise<void> =>
  withContext(async (request) => {
    for (const name of names) {
      const task = CRON_TASKS.find((one) => one.name === name)
      if (task === undefined) throw new Error(`No cron task is called ${name}`)
      await task.run(request)
    }
  })

/** Removes expired rows from every table, like the end of the tick. */
export const purgeExpired = (): Promise<void> =>
  withContext(async (request) => {
    await purge(request)
  })

/** A message that has failed as often as allowed. The row is new, so no consumer has it and changes it back. */
export async function putDeadMessage(body: QueueMessage): Promise<void> {
  const now = clock.now()
  await env.DB.prepare(
    `INSERT INTO outbox (id, type, body, request_id, status, attempts, next_at, last_error, created_at)
     VALUES (?1, ?2, ?3, 'req_test', 'dead', 10, ?4, 'Error: refused', ?4)`,
  )
    .bind(newId('msg', now), body.type, JSON.stringify(body), now)
    .run()
}

export type KeptMail = { id: string; subject: string; text: string }

/** The newest first. */
export async function mailTo(recipient: string): Promise<KeptMail[]> {
  await runJobs(STARTS)
  const { results } = await env.DB.prepare(
    'SELECT id, subject, text_body AS text FROM mailbox WHERE recipient = ? ORDER BY created_at DESC, id DESC',
  )
    .bind(recipient)
    .all<KeptMail>()
  return results
}
