// Waiting without asking on a clock. Tests and the Worker share a process, so a test looks again when the Worker has
// done something that may be what it waits for:
// - a run or its host has written, reported to the index, or delivered a message (`faults.ts`);
// - the consumer has processed a batch of the queue, or another object has finished some work (`entry-point.ts`);
// - a frame of a socket or a part of a stream has arrived (the helpers that open them).
import { runInRunnerObject } from 'cloudflare:test-internal'
import { setObserver } from '../../durable-objects/run-host/rows/faults.ts'

/** Time is a cause as well: leases and limits end without any work. Servers of the tests answer without a notice, too. */
const LOOK_AGAIN_MS = 1_000
/** A test that waits in vain fails. A busy machine may take long. */
const GIVE_UP_MS = 60_000

const waiting = new Set<() => void>()

/** The Worker has done something. No object can resolve a promise of another, so the object of the tests is called to wake its test. */
export function changed(): void {
  if (waiting.size === 0) return
  void runInRunnerObject(() => {
    for (const wake of waiting) wake()
  }).catch(() => undefined)
}

/** A turn was committed, a report or message was delivered or has failed, a run was loaded. */
const STEPS = new Set([
  'host.commit',
  'host.load',
  'host.reload',
  'host.report',
  'host.takeReports',
  'store.delayOutbox',
  'store.removeOutbox',
])

export const observeRuns = (): void => setObserver((point) => STEPS.has(point) && changed())

/** Repeats `look` after each change until it does not throw, and returns its result. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  const startedAt = performance.now()
  for (;;) {
    const change = nextChange()
    try {
      return await look()
    } catch (error) {
      if (performance.now() - startedAt > GIVE_UP_MS) throw error
      await change.orAfter(LOOK_AGAIN_MS)
    } finally {
      change.forget()
    }
  }
}

/** Changes count from now on, so none is missed while a test looks. */
function nextChange() {
  let hasHappened = false
  let wake = (): void => undefined
  const seen = (): void => {
    hasHappened = true
    wake()
  }
  waiting.add(seen)
  return {
    orAfter: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, hasHappened ? 0 : ms)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    forget: (): void => void waiting.delete(seen),
  }
}
