// The time of the app under test: the real clock plus an offset that only moves forward, so that tests with a shared
// storage never see time go back. Durable Objects use the real clock, unless a test moves it too.
import { onTestFinished, vi } from 'vitest'

let offsetMs = 0
let isRealMoved = false

export const clock = {
  now: () => Date.now() + (isRealMoved ? 0 : offsetMs),
  /** Later than every earlier time, so that rows have the order in which they were created. */
  next: () => {
    offsetMs += 1
    return clock.now()
  },
  advance: (ms: number) => {
    offsetMs += ms
  },
}

/** The app uses the real time until the test ends, like objects and their alarms. Only for tests that run alone. */
export function useRealTime(): void {
  const aheadMs = offsetMs
  offsetMs = 0
  onTestFinished(() => {
    offsetMs += aheadMs
  })
}

/**
 * Durable Objects use the time of the app until the test ends, however far earlier tests have moved it. Alarms still
 * fire by the real clock, so this is only for objects without expected alarms.
 */
export function giveObjectsTheTimeOfTheApp(): void {
  const realNow = Date.now
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + offsetMs)
  isRealMoved = true
  onTestFinished(() => {
    isRealMoved = false
    spy.mockRestore()
  })
}
