// Webhooks in the console: the choice of events, and how deliveries and endpoints are shown.
import { expect, test } from 'vitest'
import { signOf, stateOf } from '../../../console/src/features/webhooks/model/delivery.ts'
import {
  eventsText,
  groupsOf,
  isOn,
  isWholeGroup,
  matches,
  ownPatterns,
  toggledEvent,
  toggledGroup,
} from '../../../console/src/features/webhooks/model/events.ts'
import { headersOf } from '../../../console/src/features/webhooks/model/headers.ts'

const TYPES = ['run.started', 'run.failed', 'run.succeeded', 'task.failed', 'workflow.updated'].map(
  (name) => ({
    name,
    description: '',
  }),
)
const GROUPS = groupsOf(TYPES)
const RUNS = GROUPS[0]!

test('events with the same first word are a group', () => {
  expect(GROUPS.map(({ name, types }) => [name, types.length])).toEqual([
    ['run', 3],
    ['task', 1],
    ['workflow', 1],
  ])
})

test.each([
  ['run.failed', 'run.failed', true],
  ['run.*', 'run.failed', true],
  ['*.failed', 'task.failed', true],
  ['*', 'workflow.updated', true],
  ['run.fail', 'run.failed', false],
  ['runxfailed', 'run.failed', false],
])('the pattern %s matches %s: %s', (pattern, name, does) => {
  expect(matches(pattern, name)).toBe(does)
})

test.each([
  [[], 'run.failed', ['run.failed']],
  [['run.failed'], 'run.failed', []],
  [['task.failed'], 'run.failed', ['task.failed', 'run.failed']],
  // All but this one, by name.
  [['run.*'], 'run.failed', ['run.started', 'run.succeeded']],
])('of %j, ticking %s leaves %j', (patterns, name, after) => {
  const next = toggledEvent(patterns, RUNS, name)
  expect(next).toEqual(after)
  expect(isOn(next, name)).toBe(!isOn(patterns, name))
})

test('a whole group is one pattern, and takes the place of its events', () => {
  const next = toggledGroup(['run.failed', 'task.failed'], RUNS)
  expect(next).toEqual(['task.failed', 'run.*'])
  expect(isWholeGroup(next, RUNS)).toBe(true)
  expect(toggledGroup(next, RUNS)).toEqual(['task.failed'])
})

test('patterns that have no tick are kept apart', () => {
  expect(ownPatterns(['run.*', 'run.failed', '*.failed', '*'], GROUPS)).toEqual(['*.failed'])
  expect(eventsText(['run.*', '*'])).toBe('all events')
})

const PENDING = { status: 'pending' as const, nextAttemptAt: '2026-01-31T12:00:00.000Z' }

test.each([
  [{ ...PENDING, attempt: 0 }, 'Waiting'],
  [{ ...PENDING, attempt: 2 }, 'Retrying'],
  [{ ...PENDING, nextAttemptAt: null, attempt: 2 }, 'Held'],
  [{ ...PENDING, status: 'failed' as const, attempt: 10 }, 'Failed'],
])('the delivery %j is shown as %s', (delivery, label) => {
  expect(signOf(delivery).label).toBe(label)
})

const ACTIVE = { active: true, disabledReason: null, failingSince: null, filterError: null }

test.each([
  [ACTIVE, 'Active'],
  [{ ...ACTIVE, active: false }, 'Paused'],
  [{ ...ACTIVE, active: false, disabledReason: 'gone' as const }, 'Disabled'],
  [{ ...ACTIVE, failingSince: '2026-01-31T12:00:00.000Z' }, 'Failing'],
  [{ ...ACTIVE, filterError: {} }, 'Filter fails'],
])('the webhook %j is shown as %s', (webhook, label) => {
  expect(stateOf(webhook).label).toBe(label)
})

test('headers without a name are not sent', () => {
  expect(
    headersOf([
      { name: ' X-A ', value: '1' },
      { name: '', value: '2' },
    ]),
  ).toEqual({ 'X-A': '1' })
})
