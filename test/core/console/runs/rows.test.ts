// Which runs join a filtered list while somebody looks at it.
import { expect, test } from 'vitest'
import type { RunFilter } from '../../../../console/src/features/runs/model/filter.ts'
import { type Change, joined } from '../../../../console/src/features/runs/model/rows.ts'

const change = (id: string, status: string, more: Partial<Change['run']> = {}): Change => ({
  type: status === 'running' ? 'run.started' : `run.${status}`,
  at: '2026-12-01T12:00:00.000Z',
  run: { id, status, progress: 0, title: null, trigger: 'manual', error: null, ...more },
  workflow: { id: 'wf_1', name: 'Orders' },
})
const idsOf = (changes: Change[], filter: RunFilter, before: string[] = []) => [
  ...joined(new Set(before), changes, filter),
]

test('a run that starts joins the list of all runs, and stays in it', () => {
  expect(idsOf([change('a', 'running'), change('a', 'succeeded')], {})).toEqual(['a'])
  expect(idsOf([change('old', 'failed')], {})).toEqual([])
})

test('a run that ends joins the list of runs that ended so', () => {
  const both = [
    change('a', 'running'),
    change('b', 'running'),
    change('a', 'failed'),
    change('b', 'succeeded'),
  ]
  expect(idsOf(both, { status: 'failed' })).toEqual(['a'])
  expect(idsOf(both, { status: 'succeeded' })).toEqual(['b'])
  expect(idsOf(both, { status: 'cancelled' })).toEqual([])
})

test('a run that leaves the status of the filter does not join any more', () => {
  const changes = [change('a', 'running'), change('b', 'running'), change('a', 'succeeded')]
  expect(idsOf(changes, { status: 'running' })).toEqual(['b'])
  expect(idsOf([change('b', 'waiting')], { status: 'running' }, ['b'])).toEqual([])
})

test.each<[RunFilter, boolean]>([
  [{ workflow: 'wf_1' }, true],
  [{ workflow: 'wf_2' }, false],
  [{ trigger: 'manual' }, true],
  [{ trigger: 'schedule' }, false],
  [{ q: 'a-1002' }, true],
  [{ q: 'CLOSED' }, true],
  [{ q: 'orders' }, true],
  [{ q: 'run_17' }, true],
  [{ q: 'other' }, false],
  [{ error: 'flow.failed' }, true],
  [{ error: 'http.timeout' }, false],
])('%j takes the failed run: %s', (filter, isIn) => {
  const failed = change('run_17', 'failed', {
    title: 'Order A-1002',
    error: { code: 'flow.failed', message: 'The shop is closed' },
  })
  expect(idsOf([failed], { ...filter, status: 'failed' })).toEqual(isIn ? ['run_17'] : [])
})

test('a run that starts after the chosen range does not join', () => {
  expect(idsOf([change('a', 'running')], { to: '2026-12-01T11:59:00.000Z' })).toEqual([])
  expect(idsOf([change('a', 'running')], { to: '2026-12-01T12:01:00.000Z' })).toEqual(['a'])
})
