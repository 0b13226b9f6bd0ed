// One running installation, from its folder to an open port.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { Miniflare } from 'miniflare'
import { type Bundle, buildBundle, describeBundle, MODELS, ORRERY } from './bundle.ts'
import { startCron } from './cron.ts'
import { DATABASES } from './d1/plugin.ts'
import { type Batch, batchThrough, openDatabase } from './database.ts'
import { applyMigrations, hasAllMigrations } from './migrate.ts'
import { inRoot } from './paths.ts'
import { findPort } from './port.ts'
import { noteRuntimes, quietFromNowOn, startRuntime } from './runtime.ts'
import { type Installation, readInstallation } from './secrets.ts'
import { localSettings } from './settings.ts'
import type { State } from './state.ts'

export type Server = {
  url: string
  installation: Installation
  bundle: Bundle
  miniflare: Miniflare
  /** Direct access to the database, for what clients must not do. */
  batch: Batch
  startCron: () => void
  stop: () => Promise<void>
}

export const VERSION = (JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as { version: string })
  .version

export async function serve(
  state: State,
  wanted: { port: number; host: string; inspectorPort?: number | undefined },
  /** Called if the runtime ends unexpectedly. */
  onRuntimeExit: (how: string) => void = () => undefined,
): Promise<Server> {
  const port = await findPort(wanted.port, wanted.host)
  state.note({ port })
  let isServing = false
  const forgetRuntimes = noteRuntimes(state, (how) => {
    if (!isServing) return
    quietFromNowOn()
    onRuntimeExit(how)
  })
  const installation = await readInstallation(state)
  // A new database gets its tables while the Workers are built. An existing one only changes for a Worker that builds.
  const creating = isNew(state) ? describeBundle(ORRERY).then((described) => migrate(state, described)) : null
  const [bundle, models] = await Promise.all([buildBundle(ORRERY), buildBundle(MODELS), creating])
  await migrate(state, bundle)

  const settings = localSettings(installation, port)
  isServing = true
  const miniflare = startRuntime({ ...wanted, state, bundle, beside: [models], port, settings })
  await miniflare.ready
  let stopCron = (): void => undefined
  return {
    url: `http://localhost:${port}`,
    installation,
    bundle,
    miniflare,
    batch: batchThrough(miniflare),
    startCron: () => {
      stopCron = startCron(bundle.worker.cronTriggers, (query) =>
        miniflare.dispatchFetch(`http://localhost/cdn-cgi/local/scheduled?${query}`),
      )
    },
    stop: async () => {
      isServing = false
      quietFromNowOn()
      stopCron()
      await miniflare.dispose()
      forgetRuntimes()
      state.note({ runtime: null })
    },
  }
}

const isNew = (state: State): boolean => !existsSync(state.file('v3'))

const RUNS_REMOVED =
  'Runs are stored in another way now: those of the earlier build, their approvals and waits have been removed.'

export async function migrate(state: State, described: Pick<Bundle, 'worker' | 'migrations'>): Promise<void> {
  // Cloudflare deletes the objects of a removed class. Here, each would leave a file.
  rmSync(state.file(`v3/do/${described.worker.name}-WorkflowRun`), { recursive: true, force: true })
  if (hasAllMigrations(state.file(`v3/d1/${DATABASES}`), described.migrations)) return
  const database = await openDatabase(state, described)
  try {
    const applied = await applyMigrations(database, described.migrations)
    const isFirst = applied.length === described.migrations.length
    if (!isFirst && applied.some((name) => name.endsWith('_run_hosts.sql'))) console.log(RUNS_REMOVED)
  } finally {
    await database.close()
    state.note({ runtime: null })
  }
}
