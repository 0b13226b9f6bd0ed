import { expect, test } from 'vitest'
import {
  afterFailure,
  type BreakerState,
  CLOSED,
  judgeBreaker,
  KEY_RULES,
  MODEL_RULES,
} from '../../../src/modules/models/breaker/state.ts'

const failTimes = (times: number[], state: BreakerState = CLOSED, rules = MODEL_RULES): BreakerState =>
  times.reduce((before, at) => afterFailure(before, rules, at), state)

test('five failures within a minute open it for 30 seconds, four do not', () => {
  const four = failTimes([1_000, 2_000, 3_000, 4_000])
  expect(judgeBreaker(four, 4_001)).toBe('closed')
  const open = afterFailure(four, MODEL_RULES, 5_000)
  expect(open.openUntil).toBe(35_000)
  expect(judgeBreaker(open, 34_999)).toBe('open')
  expect(judgeBreaker(open, 35_000)).toBe('probe')
})

test('failures that are older than a minute do not count', () => {
  const state = failTimes([1_000, 2_000, 3_000, 4_000, 62_500])
  expect(judgeBreaker(state, 62_501)).toBe('closed')
  expect(state.failures).toEqual([3_000, 4_000, 62_500])
})

test('each failed trial doubles the time, up to ten minutes', () => {
  let state = failTimes([1, 2, 3, 4, 5])
  const times: number[] = []
  for (let i = 0; i < 7; i++) {
    const now = state.openUntil
    state = afterFailure(state, MODEL_RULES, now)
    times.push((state.openUntil - now) / 1_000)
  }
  expect(times).toEqual([60, 120, 240, 480, 600, 600, 600])
})

test('during a trial, the others wait', () => {
  const state = { ...failTimes([1, 2, 3, 4, 5]), probeUntil: 90_000 }
  expect(judgeBreaker(state, 60_000)).toBe('open')
  expect(judgeBreaker(state, 90_000)).toBe('probe')
})

test('a late result while it is open changes nothing', () => {
  const open = failTimes([1, 2, 3, 4, 5])
  expect(afterFailure(open, MODEL_RULES, 100)).toBe(open)
})

test('a key is suspended for 15 minutes the second time in a row', () => {
  const once = afterFailure(CLOSED, KEY_RULES, 1_000)
  expect(judgeBreaker(once, 1_001)).toBe('closed')
  const twice = afterFailure(once, KEY_RULES, 2_000)
  expect(twice.openUntil).toBe(902_000)
  expect(afterFailure(twice, KEY_RULES, 902_000).openUntil).toBe(1_802_000)
})

test('a refusal of one model opens its breaker immediately', () => {
  expect(afterFailure(CLOSED, MODEL_RULES, 1_000, { atOnce: true }).openUntil).toBe(31_000)
})
