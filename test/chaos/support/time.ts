// The time of this isolate, which also contains the run objects. It only moves forward.
import { vi } from 'vitest'

const real = Date.now.bind(Date)
let aheadMs = 0

export const time = {
  start(): void {
    vi.spyOn(Date, 'now').mockImplementation(() => real() + aheadMs)
  },
  stop: (): void => void vi.restoreAllMocks(),
  /** Not before `at`. */
  reach(at: number): void {
    aheadMs = Math.max(aheadMs, at - real())
  },
  pass(ms: number): void {
    aheadMs += ms
  },
}
