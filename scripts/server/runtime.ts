// Miniflare as a server: the Worker on its own socket (Miniflare's proxy would cost two thirds of the speed), all state on disk, and no internet access
// by the server itself.

import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { withAssetsBeside } from './assets.ts'
import type { Bundle, WorkerOptions } from './bundle.ts'
import { d1Bindings } from './d1/plugin.ts'
import { databaseWorker } from './database.ts'
import { networkFaults } from './network-faults.ts'
import { withGuardedOutbound } from './outbound.ts'
import { identify } from './process-identity.ts'
import { withLocalRateLimits } from './rate-limits.ts'
import { withoutItsSignalHandlers } from './signals.ts'
import type { State } from './state.ts'

export type RuntimeOptions = {
  state: State
  bundle: Bundle
  /** The Workers that it is bound to. */
  beside?: Bundle[]
  host: string
  port: number
  settings: Record<string, string>
  /** Only for measurements: allows attaching a debugger. */
  inspectorPort?: number | undefined
}

export function startRuntime(options: RuntimeOptions): Miniflare {
  const { state, bundle, beside = [], host, port, settings, inspectorPort } = options
  const faults = networkFaults()
  const { worker, counting } = withLocalRateLimits(withLocalDatabases(state, bundle.worker))
  const { worker: guarded, outbound } = withGuardedOutbound(worker, settings, faults)
  const { worker: withFiles, files } = withAssetsBeside(guarded, bundle.assetsDir)
  const served = {
    ...withFiles,
    bindings: { ...worker.bindings, ...settings },
    unsafeDirectSockets: [{ host, port }],
  }
  const converted = convertV4MiniflareOptions({
    ...sharedOptions(state, faults.note),
    unsafeTriggerHandlers: true,
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    workers: [
      { ...served, modules: bundle.modules, modulesRoot: bundle.dir },
      counting,
      outbound,
      ...beside.map(({ dir, modules, worker: helper }) => {
        const { d1Databases: _none, ratelimits: __none, assets: ___none, ...options } = helper
        return { ...withGuardedOutbound(options, settings, faults).worker, modules, modulesRoot: dir }
      }),
      ...files,
      databaseWorker(state, bundle),
    ],
  })
  return withoutItsSignalHandlers(() => new Miniflare(converted))
}

/** The Worker with its databases bound to our implementation of D1. */
export function withLocalDatabases<T extends Pick<WorkerOptions, 'd1Databases'>>(state: State, worker: T) {
  const { d1Databases, ...rest } = worker
  return { ...rest, unsafeBindings: d1Bindings(d1Databases, state.file('v3/d1')) }
}

/** `takes` gets each log line first. Lines that it accepts are not written. */
export const sharedOptions = (state: State, takes: (message: string) => boolean = () => false) => ({
  host: '127.0.0.1',
  port: 0,
  cf: false,
  log: new QuietLog(LogLevel.WARN),
  logRequests: false,
  telemetry: { enabled: false },
  // The layout of `wrangler dev --persist-to`, so both can use the same state.
  resourcePersistencePath: state.file('v3'),
  resourceTmpPath: state.file('tmp'),
  handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
    if (takes(message)) return
    const out = level === 'error' || level === 'warn' ? process.stderr : process.stdout
    out.write(`${message}\n`)
  },
})

/** Ctrl-C reaches the runtime too. Its end is then not a crash and needs no message. */
class QuietLog extends Log {
  static quiet = false

  override logWithLevel(level: LogLevel, message: string): void {
    if (!QuietLog.quiet) super.logWithLevel(level, message)
  }
}

export const quietFromNowOn = (): void => {
  QuietLog.quiet = true
}

/**
 * Tracks every runtime that is started from now on; call it before the first one. `onExit` is called when one ends, before Miniflare notices, with the
 * system's reason.
 */
export function noteRuntimes(state: State, onExit: (how: string) => void = () => undefined): () => void {
  const watch = (message: unknown) => {
    const child = (message as { process: ChildProcess }).process
    child.once('spawn', () => {
      if (child.pid === undefined || !child.spawnfile.includes('workerd')) return
      state.note({ runtime: identify(child.pid) })
      child.prependOnceListener('exit', (code, signal) => onExit(signal ?? `code ${code}`))
    })
  }
  subscribe('child_process', watch)
  return () => unsubscribe('child_process', watch)
}
