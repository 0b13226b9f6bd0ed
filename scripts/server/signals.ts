// Shuts down cleanly: on a signal, and when the parent process has ended without sending one.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const PARENT_CHECK_MS = 100

/** Calls `end` once, for whichever comes first. It must exit the process. */
export function endWith(end: (reason: string) => void): void {
  let ending = false
  const once = (reason: string): void => {
    if (ending) return
    ending = true
    end(reason)
  }
  for (const signal of SIGNALS) process.on(signal, () => once(signal))
  // npm forwards a SIGTERM, but cannot forward its own SIGKILL.
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) once('the process that started this has ended')
  }, PARENT_CHECK_MS).unref()
}

/** Miniflare exits the process in its own signal handlers, which leaves no time to shut down cleanly. */
export function withoutItsSignalHandlers<T>(make: () => T): T {
  const before = SIGNALS.map((signal) => process.listeners(signal))
  const made = make()
  SIGNALS.forEach((signal, index) => {
    for (const listener of process.listeners(signal))
      if (!before[index]?.includes(listener)) process.removeListener(signal, listener)
  })
  return made
}
