import { expect, test } from 'vitest'
import { HOUR_MS } from '../../../src/core/clock.ts'
import { costMicroUsdOf, microHoursOf } from '../../../src/modules/finops/jobs/meter.ts'
import { type JobState, newState, nextState } from '../../../src/modules/finops/jobs/state.ts'
import { JOB_STATUSES, mayFollow, nextStatuses } from '../../../src/modules/finops/jobs/status.ts'
import { gpuKey, providerKey } from '../../../src/modules/prices/key.ts'

const NOW = Date.UTC(2026, 2, 1)
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return (error as { code: string }).code
  }
}

test('hours are GPUs × time and cost is hours × price, rounded once', () => {
  const job = { gpuCount: 8, startedAt: NOW, finishedAt: NOW + 1.5 * HOUR_MS, priceMicroUsd: 2_500_000 }
  expect(microHoursOf(job, NOW)).toBe(12_000_000)
  expect(costMicroUsdOf(job, NOW)).toBe(30_000_000)
  const second = { gpuCount: 1, startedAt: NOW, finishedAt: NOW + 1, priceMicroUsd: 1_800_000 }
  // One millisecond is 0.2777… micro-hours and 0.5 micro-dollars.
  expect([microHoursOf(second, NOW), costMicroUsdOf(second, NOW)]).toEqual([0, 1])
})

test('a running job grows, one that has not started is zero, and without a price there is no cost', () => {
  const running = { gpuCount: 2, startedAt: NOW, finishedAt: null, priceMicroUsd: null }
  expect(microHoursOf(running, NOW + HOUR_MS)).toBe(2_000_000)
  expect(microHoursOf(running, NOW + 2 * HOUR_MS)).toBe(4_000_000)
  expect(microHoursOf(running, NOW - HOUR_MS)).toBe(0)
  expect(costMicroUsdOf(running, NOW + HOUR_MS)).toBeNull()
  expect(costMicroUsdOf({ ...running, startedAt: null, priceMicroUsd: 5 }, NOW)).toBe(0)
})

test('only the transitions of the table are allowed', () => {
  const state = (status: JobState['status']): JobState => ({
    ...newState({ provider: 'aws', gpuType: 'H100' }, NOW),
    status,
    finishedAt: null,
  })
  for (const from of JOB_STATUSES)
    for (const to of JOB_STATUSES)
      expect([from, to, codeOf(() => nextState(state(from), { status: to }, NOW))]).toEqual([
        from,
        to,
        mayFollow(from, to) ? 'none' : 'job.status_not_allowed',
      ])
  expect(nextStatuses('running')).toEqual(['succeeded', 'failed', 'cancelled'])
  expect(nextStatuses('failed')).toEqual([])
})

test('starting and ending set the times that were not given', () => {
  const queued = newState({ provider: 'aws', gpuType: 'H100' }, NOW)
  expect(queued).toMatchObject({ status: 'queued', startedAt: null, finishedAt: null, gpuCount: 1 })
  const running = nextState(queued, { status: 'running' }, NOW + 1)
  const done = nextState(running, { status: 'succeeded' }, NOW + 9)
  expect([done.startedAt, done.finishedAt]).toEqual([NOW + 1, NOW + 9])
  const cancelled = nextState(queued, { status: 'cancelled' }, NOW + 5)
  expect([cancelled.startedAt, cancelled.finishedAt]).toEqual([null, NOW + 5])
})

test.each([
  ['finish before start', { status: 'failed', startedAt: NOW, finishedAt: NOW - 1 }],
  ['a queued job that has started', { status: 'queued', startedAt: NOW }],
  ['a running job that has finished', { status: 'running', finishedAt: NOW }],
  ['a start in two days', { status: 'running', startedAt: NOW + 48 * HOUR_MS }],
] as const)('%s is refused', (_what, input) => {
  expect(codeOf(() => newState({ provider: 'aws', gpuType: 'H100', ...input }, NOW))).toBe('request.invalid')
})

test('names in any spelling find the price', () => {
  const spellings = ['A100-80GB', 'NVIDIA A100 80GB', 'a100_80gb', 'nvidia-tesla-a100-80gb']
  expect(new Set(spellings.map(gpuKey))).toEqual(new Set(['a100-80gb']))
  expect(gpuKey('NVIDIA H100 80GB HBM3')).toBe('h100')
  expect(['AWS', 'Amazon Web Services', 'amazon'].map(providerKey)).toEqual(['aws', 'aws', 'aws'])
})
