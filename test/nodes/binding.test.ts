import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { ask } from '../../durable-objects/run-host/ports/binding.ts'
import { storePort } from '../../durable-objects/run-host/ports/store.ts'
import { AppError } from '../../src/core/errors.ts'
import { NodeFailure, PlatformUnavailable } from '../../src/nodes/node.ts'

const failing = (error: unknown) =>
  ask('The database', () => Promise.reject(error)).catch((caught: unknown) => caught)

test.each([
  'D1_ERROR: Network connection lost.',
  'D1 DB storage operation exceeded timeout which caused object to be reset.',
  'Internal error while starting up D1 DB storage caused object to be reset.',
  'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
  'D1_ERROR: database is locked: SQLITE_BUSY',
  'D1_ERROR: disk I/O error: SQLITE_IOERR',
])('G8: %s defers the attempt', async (message) => {
  expect(await failing(new Error(message))).toBeInstanceOf(PlatformUnavailable)
})

test.each([
  'D1_ERROR: FOREIGN KEY constraint failed: SQLITE_CONSTRAINT',
  'D1_ERROR: no such table: x: SQLITE_ERROR',
  'D1_ERROR: string or blob too big: SQLITE_TOOBIG',
  "D1_TYPE_ERROR: Type 'undefined' not supported",
])('%s would repeat forever, so it is the failure of the node', async (message) => {
  expect(await failing(new Error(message))).toBeInstanceOf(NodeFailure)
})

test('a moved object is called again; one whose code throws is not', async () => {
  const remote = (more: object) => Object.assign(new Error('x'), { remote: true }, more)
  expect(await failing(remote({ retryable: true }))).toBeInstanceOf(PlatformUnavailable)
  expect(await failing(remote({ overloaded: true }))).toBeInstanceOf(PlatformUnavailable)
  expect(await failing(remote({ durableObjectReset: true }))).toBeInstanceOf(PlatformUnavailable)
  expect(await failing(remote({}))).toBeInstanceOf(NodeFailure)
})

test('a refusal of our own code is not changed', async () => {
  const refused = new AppError('run.invalid_input')
  expect(await failing(refused)).toBe(refused)
})

test('G8: the error of a database that is down is never mistaken for an outcome', async () => {
  const down = new Proxy(env.DB, {
    get: () => () => {
      throw new Error('D1_ERROR: Network connection lost.')
    },
  })
  const store = storePort({ d1: down, teamId: 'team_x', now: () => 0 })
  await expect(store.get('k')).rejects.toBeInstanceOf(PlatformUnavailable)
  await expect(store.set('k', 1, { operationId: 'a' })).rejects.toBeInstanceOf(PlatformUnavailable)
  await expect(store.increment('k', 1, { operationId: 'a' })).rejects.toBeInstanceOf(PlatformUnavailable)
})
