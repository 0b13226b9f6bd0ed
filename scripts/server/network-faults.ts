// If a connection fails, the runtime gives the Worker only a reference and logs the reason. This reads the reasons from the log and returns them to
// the Worker by reference.

/** Such as `e = …: failed: TLS handshake failed: …`, then a stack, then `wdErrId = <reference>`. */
const FAULT = /^e = [^\n]{0,300}?failed: ([^\n]{1,500})[\s\S]*\bwdErrId = (\w+)/
const NETWORK = /lookup|resolve|TLS|SSL|certificate|handshake|connect/i

const MAX_KEPT = 500
/** The log and the query use different channels, so the query may arrive first. */
const PATIENCE_MS = 500

export type NetworkFaults = ReturnType<typeof networkFaults>

export function networkFaults() {
  const known = new Map<string, string>()
  const waiting = new Map<string, Set<() => void>>()

  return {
    /** Whether the message was one of these. The caller gets them as a response, so they are not logged. */
    note(message: string): boolean {
      const [, reason, reference] = FAULT.exec(message) ?? []
      if (reason === undefined || reference === undefined || !NETWORK.test(reason)) return false
      known.set(reference, reason)
      for (const oldest of known.keys()) {
        if (known.size <= MAX_KEPT) break
        known.delete(oldest)
      }
      for (const wake of [...(waiting.get(reference) ?? [])]) wake()
      return true
    },

    async answer(reference: string): Promise<string | null> {
      if (!known.has(reference)) await noted(reference)
      return known.get(reference) ?? null
    },
  }

  /** Waits until the reason is known, for a limited time. */
  function noted(reference: string): Promise<void> {
    return new Promise((resolve) => {
      const wakes = waiting.get(reference) ?? new Set()
      waiting.set(reference, wakes)
      const timer = setTimeout(done, PATIENCE_MS)
      wakes.add(done)
      function done(): void {
        clearTimeout(timer)
        wakes.delete(done)
        if (wakes.size === 0) waiting.delete(reference)
        resolve()
      }
    })
  }
}
