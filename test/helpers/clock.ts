// The time of the app under test. It runs with the real clock plus an offset that only moves forward, so that tests
// which share one storage never see time go back. Durable Objects run with the real clock, unless a test moves it too.
import { onTestFinished, vi } from 'vitest'

let offsetMs = 0
let isRealMoved = false

export const clock = {
  now: () => Date.now() + (isRealMoved ? 0 : offsetMs),
  advance: (ms: number) => {
    offsetMs += ms
  },
}

/** The app has the real time until the test ends, as objects and their alarms have. Only for tests that run alone. */
export function useRealTime(): void {
  const aheadMs = offsetMs
  offsetMs = 0
  onTestFinished(() => {
    offsetMs += aheadMs
  })
}

/**
 * Durable Objects have the time of the app until the test ends, however far earlier tests have moved it. Alarms still fire by the
 * real clock, so this is for objects that the test does not expect an alarm from.
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
