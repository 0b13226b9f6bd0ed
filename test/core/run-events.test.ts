import { expect, test } from 'vitest'
import type { RunEvent as LogEntry } from '../../src/engine/model/event.ts'
import { RunEvent } from '../../src/objects/run-events.ts'
import { isPublic, toPublicEvent } from '../../src/objects/to-public-event.ts'

const recorded = { seq: 7, at: 0 }
const auto = { auto: true } as const
const error = { code: 'http.status', message: 'It answered 500', cause: 'call', outcomeUnknown: true }
const on = { path: 'call', attempt: 2 }

const ENTRIES: { [Type in LogEntry['type']]: Extract<LogEntry, { type: Type }>[] } = {
  'run.queued': [{ type: 'run.queued', reason: 'slot', ...recorded }],
  'run.adopted': [{ type: 'run.adopted', outcomes: [], ...recorded }],
  'run.started': [
    {
      type: 'run.started',
      runId: 'run_1',
      keyRoot: 'run_0',
      mode: 'retry',
      generations: { a: 1 },
      ...recorded,
    },
  ],
  'run.paused': [{ type: 'run.paused', by: 'usr_1', ...recorded }],
  'run.resumed': [{ type: 'run.resumed', ...recorded }],
  'run.yielded': [{ type: 'run.yielded', ...recorded }],
  'run.admitted': [{ type: 'run.admitted', ...recorded }],
  'run.cancel_requested': [{ type: 'run.cancel_requested', by: 'usr_1', ...recorded }],
  'run.collected': [{ type: 'run.collected', ...recorded }],
  'node.expanded': [
    { type: 'node.expanded', ...on, ...recorded },
    { type: 'node.expanded', ...on, count: 3, ...recorded },
  ],
  'node.succeeded': [{ type: 'node.succeeded', ...on, port: 'main', signal: 3, ...recorded }],
  'node.failed': [{ type: 'node.failed', ...on, error, ...recorded }],
  'node.declined': [{ type: 'node.declined', ...on, ...recorded }],
  'node.waiting': [
    {
      type: 'node.waiting',
      ...on,
      wait: { kind: 'timer', until: 60_000, onDue: { port: 'main' } },
      ...recorded,
    },
  ],
  'node.progress': [{ type: 'node.progress', ...on, data: 'x'.repeat(20_000), ...recorded }],
  'node.crashed': [{ type: 'node.crashed', ...on, ...recorded }],
  'node.deferred': [{ type: 'node.deferred', ...on, delayMs: 5, ...recorded }],
  'node.resolved': [
    { type: 'node.resolved', ...on, outcome: 'succeeded', by: 'usr_1', ...recorded },
    { type: 'node.resolved', ...on, outcome: 'failed', by: 'usr_1', ...recorded },
    { type: 'node.resolved', ...on, outcome: 'retry', by: 'usr_1', ...recorded },
  ],
  'items.settled': [
    {
      type: 'items.settled',
      ...on,
      from: 0,
      count: 2,
      failed: [{ item: 1, error }],
      outputs: [1],
      ...recorded,
    },
  ],
  'timer.fired': [{ type: 'timer.fired', key: 'call', ...recorded }],
  'signal.received': [{ type: 'signal.received', name: 'go', data: { a: 1 }, ...recorded }],
  log: [{ type: 'log', level: 'debug', message: 'x', ...recorded }],
  'node.started': [{ type: 'node.started', ...on, ...recorded, ...auto }],
  'node.skipped': [{ type: 'node.skipped', path: 'call', ...recorded, ...auto }],
  'node.cancelled': [{ type: 'node.cancelled', path: 'call', ...recorded, ...auto }],
  'node.retrying': [
    { type: 'node.retrying', ...on, reason: 'failed', nextAt: 60_000, error, ...recorded, ...auto },
    { type: 'node.retrying', ...on, reason: 'crashed', nextAt: 60_000, ...recorded, ...auto },
  ],
  'node.unknown': [{ type: 'node.unknown', path: 'call', ...recorded, ...auto }],
  'node.settled': [
    { type: 'node.settled', path: 'call', status: 'failed', port: null, error, ...recorded, ...auto },
    {
      type: 'node.settled',
      path: 'call',
      status: 'succeeded',
      port: 'main',
      adopted: true,
      ...recorded,
      ...auto,
    },
  ],
  'node.late': [{ type: 'node.late', ...on, outcome: 'node.succeeded', ...recorded, ...auto }],
  'run.waiting': [{ type: 'run.waiting', ...recorded, ...auto }],
  'run.running': [{ type: 'run.running', ...recorded, ...auto }],
  'run.failing': [{ type: 'run.failing', error, ...recorded, ...auto }],
  'run.undoing': [{ type: 'run.undoing', count: 2, ...recorded, ...auto }],
  'run.succeeded': [{ type: 'run.succeeded', ...recorded, ...auto }],
  'run.failed': [{ type: 'run.failed', error, ...recorded, ...auto }],
  'run.cancelled': [{ type: 'run.cancelled', by: 'usr_1', reason: 'too late', ...recorded, ...auto }],
}
const all = Object.values(ENTRIES).flat()

test('every shown event is a member of the closed union', () => {
  for (const entry of all) {
    const body = toPublicEvent(entry)
    if (body === null) continue
    const event = { ...body, seq: 1, at: '1970-01-01T00:00:00.000Z', progress: 50 }
    expect(RunEvent.safeParse(event).error, entry.type).toBeUndefined()
  }
})

test('both show the same', () => {
  for (const entry of all) expect(isPublic(entry), entry.type).toBe(toPublicEvent(entry) !== null)
})

test('nothing internal of the engine is shown', () => {
  const text = JSON.stringify(all.map(toPublicEvent))
  for (const name of [
    'keyRoot',
    'generations',
    'mode',
    'timer.fired',
    'outcomeUnknown',
    'onDue',
    'signal"',
    'auto',
  ])
    expect(text).not.toContain(name)
})

test('a retried attempt has a reason, and its failure is not a separate event', () => {
  expect(ENTRIES['node.failed'].map(toPublicEvent)).toEqual([null])
  expect(toPublicEvent(ENTRIES['node.retrying'][0] as LogEntry)).toEqual({
    type: 'node.retrying',
    path: 'call',
    attempt: 2,
    reason: 'failed',
    nextAt: '1970-01-01T00:01:00.000Z',
    error: { code: 'http.status', message: 'It answered 500', path: 'call' },
  })
})

test('data that is too large for an event is replaced by its size', () => {
  expect(toPublicEvent(ENTRIES['node.progress'][0] as LogEntry)).toEqual({
    type: 'node.progress',
    ...on,
    dataBytes: 20_002,
  })
})
