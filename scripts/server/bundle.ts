// The Worker as it is deployed, built by wrangler into dist/server/<hash of its sources>. Besides the code, the build contains the bindings
// and the migrations, split into statements.
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildAssets, requireAssetsFolder } from './assets.ts'
import { findBuild, keptBuild } from './kept-build.ts'
import { inRoot, ROOT } from './paths.ts'
import { wranglerCommand, wranglerEnvironment } from './wrangler.ts'

export type Migration = { name: string; statements: string[] }
/** The parts of wrangler's output that are used here. */
export type WorkerOptions = {
  name: string
  compatibilityDate: string
  compatibilityFlags?: string[]
  cronTriggers: string[]
  bindings: Record<string, string>
  d1Databases: Record<string, { id: string }>
  serviceBindings?: Record<string, { name: string; entrypoint?: string }>
  assets?: { binding: string }
  ratelimits?: Record<string, { simple: { limit: number; period: number } }>
}
export type Bundle = {
  dir: string
  modules: { type: 'ESModule' | 'CompiledWasm' | 'Text' | 'Data'; path: string }[]
  worker: WorkerOptions
  migrations: Migration[]
  /** The separate Worker with the static files. */
  assetsDir: string | null
}

/** A Worker to build: its configuration, and the sources whose changes require a new build. */
export type Project = { config: string; sources: string[]; migrations: string | null; assets: boolean }

export const ORRERY: Project = {
  config: 'wrangler.toml',
  sources: [
    'src',
    'durable-objects',
    'migrations',
    'wrangler.toml',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.base.json',
  ],
  migrations: 'migrations',
  assets: true,
}

/** The separate Worker that calls language models. */
export const MODELS: Project = {
  config: 'workers/models/wrangler.toml',
  sources: [
    'workers/models',
    'src/providers',
    'src/core',
    'src/engine/json-schema',
    'package-lock.json',
    'tsconfig.base.json',
  ],
  migrations: null,
  assets: false,
}
const FOLDER = 'dist/server'
const MODULE_TYPES = {
  js: 'ESModule',
  mjs: 'ESModule',
  wasm: 'CompiledWasm',
  txt: 'Text',
  html: 'Text',
  sql: 'Text',
  bin: 'Data',
} as const
export async function buildBundle(project = ORRERY): Promise<Bundle> {
  if (project.assets) requireAssetsFolder()
  const [assetsDir, dir] = await Promise.all([
    project.assets ? buildAssets() : null,
    keptBuild(FOLDER, project.sources, (to) => buildInto(to, project)),
  ])
  const described = readDescription(dir)
  const modules = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .flatMap((name) => {
      const type = MODULE_TYPES[name.split('.').at(-1) as keyof typeof MODULE_TYPES]
      return type ? [{ type, path: join(dir, name) }] : []
    })
    // The first module is the entry point.
    .sort((a, b) => Number(b.path === join(dir, 'index.js')) - Number(a.path === join(dir, 'index.js')))
  return { dir, modules, assetsDir, ...described }
}

type Description = Pick<Bundle, 'worker' | 'migrations'>

const readDescription = (dir: string): Description =>
  JSON.parse(readFileSync(join(dir, 'worker.json'), 'utf8')) as Description

/** As the build describes itself, also before it is built. */
export async function describeBundle(project = ORRERY): Promise<Description> {
  const dir = findBuild(FOLDER, project.sources)
  return dir === null ? describeWorker(project) : readDescription(dir)
}

async function buildInto(dir: string, project: Project): Promise<void> {
  const [command, ...first] = wranglerCommand()
  const building = promisify(execFile)(
    command,
    [...first, 'deploy', '--dry-run', '--minify', '--config', inRoot(project.config), '--outdir', dir],
    { cwd: ROOT, env: wranglerEnvironment() },
  )
  const endChild = () => void building.child.kill()
  process.once('exit', endChild)
  const build = building
    .finally(() => process.removeListener('exit', endChild))
    .catch((error: { stdout?: string; stderr?: string }) => {
      throw new Error(`The Worker does not build:\n${error.stderr || error.stdout || String(error)}`)
    })
  const [described] = await Promise.all([describeWorker(project), build])
  writeFileSync(join(dir, 'worker.json'), JSON.stringify(described, null, 2))
}

/** The content of wrangler.toml and the migrations, without a build. */
export async function describeWorker(project = ORRERY): Promise<Description> {
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig, unstable_splitSqlQuery } = await import(
    'wrangler'
  )
  const config = inRoot(project.config)
  // Without env files, because .dev.vars is for `npm run dev`. (The option works, although its type does not include it.)
  const withoutEnvFiles = { envFiles: [], overrides: {} }
  const { workerOptions, externalWorkers } = unstable_getMiniflareWorkerOptions(
    config,
    undefined,
    withoutEnvFiles,
  )
  if (externalWorkers.length > 0)
    throw new Error('wrangler.toml asks for helper Workers, which npm start does not run')
  const { modulesRules: _, rootPath: __, ...worker } = workerOptions
  const folder = project.migrations === null ? null : inRoot(project.migrations)
  const migrations = (folder ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      name,
      statements: unstable_splitSqlQuery(readFileSync(join(folder ?? '', name), 'utf8')),
    }))
  const { name, triggers } = unstable_readConfig({ config })
  return {
    worker: {
      ...worker,
      name: name ?? 'orrery',
      cronTriggers: triggers.crons ?? [],
    } as unknown as WorkerOptions,
    migrations,
  }
}
