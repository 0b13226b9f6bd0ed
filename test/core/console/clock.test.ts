// A browser whose clock is wrong shows the times of the server.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { serverNow, syncClock } from '../../../console/src/api/clock.ts'

const NOW = Date.UTC(2026, 10, 30, 12)
const MINUTE_MS = 60_000

const tokenAt = (at: number, more: object = {}): string => {
  const payload = Buffer.from(JSON.stringify({ iat: at / 1000, ...more })).toString('base64url')
  return `e30.${payload}.c2ln`
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => {
  syncClock(tokenAt(Date.now()))
  vi.useRealTimers()
})

test.each([-90 * MINUTE_MS, 10 * MINUTE_MS])('a clock that is wrong by %i ms is corrected', (wrongBy) => {
  vi.setSystemTime(NOW + wrongBy)
  syncClock(tokenAt(NOW))
  expect(serverNow()).toBe(NOW)
  vi.advanceTimersByTime(5_000)
  expect(serverNow()).toBe(NOW + 5_000)
})

test('a token that was kept for some seconds changes nothing, and a clock that was set right counts again', () => {
  syncClock(tokenAt(NOW - 20_000))
  expect(serverNow()).toBe(NOW)
  vi.setSystemTime(NOW - 10 * MINUTE_MS)
  syncClock(tokenAt(NOW))
  vi.setSystemTime(NOW)
  syncClock(tokenAt(NOW))
  expect(serverNow()).toBe(NOW)
})

test('a name with letters of two bytes does not matter, nor does a token that cannot be read', () => {
  vi.setSystemTime(NOW - 10 * MINUTE_MS)
  syncClock(tokenAt(NOW, { name: 'Zoë ☂ >>>???' }))
  expect(serverNow()).toBe(NOW)
  for (const token of ['', 'a.b.c', 'opaque', `e30.${btoa('null')}.x`, `e30.${btoa('{"iat":"x"}')}.x`])
    syncClock(token)
  expect(serverNow()).toBe(NOW)
})
