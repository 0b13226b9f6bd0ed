// A full disk, a failing disk and a locked database are server errors: 503, try again later.
import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test } from 'vitest'
import { setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { readSettings } from '../../../src/env.ts'
import { app, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { linear } from '../../helpers/runs.ts'
import { newWorkflow } from '../../helpers/workflows.ts'

afterEach(() => setFaultHook(null))

const FAILURES = [
  ['database or disk is full: SQLITE_FULL', '60'],
  ['disk I/O error: SQLITE_IOERR', '60'],
  ['database is locked: SQLITE_BUSY', '1'],
] as const

/** A database that fails like D1 does. */
function failingDatabase(text: string): D1Database {
  const fail = () => Promise.reject(new Error(`D1_ERROR: ${text}`, { cause: new Error(text) }))
  const statement = { bind: () => statement, all: fail, first: fail, raw: fail, run: fail }
  return { prepare: () => statement, batch: fail } as unknown as D1Database
}

const ask = (path: string, token: string, text: string): Promise<Response> =>
  Promise.resolve(
    app.fetch(
      new Request(`http://orrery.test${path}`, { headers: { authorization: `Bearer ${token}` } }),
      { ...env, DB: failingDatabase(text) },
      createExecutionContext(),
    ),
  )

test.each(FAILURES)('D1 with the error "%s" is 503 for every caller', async (text, retryAfter) => {
  const person = await newPerson()
  const throughDrizzle = await ask('/dev/mailbox', readSettings(env).MAILBOX_TOKEN as string, text)
  for (const answer of [await ask('/api/v1/teams', person.token, text), throughDrizzle]) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, retryAfter])
    expect(await answer.json()).toMatchObject({ code: 'service.unavailable' })
  }
})

test.each(FAILURES)(
  'an object with the error "%s" is 503, and the start succeeds later',
  async (text, retryAfter) => {
    const person = await newPerson()
    const path = `/api/v1/workflows/${await newWorkflow(person.teamId, linear(1))}/execute`
    const key = { 'idempotency-key': 'again' }
    setFaultHook((point) => {
      if (point === 'store.create:before') throw new Error(text)
    })
    const refused = await post(path, person, {}, key)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, retryAfter])
    setFaultHook(null)
    expect((await post(path, person, {}, { ...key, prefer: 'wait=5' })).body.status).toBe('succeeded')
  },
)
