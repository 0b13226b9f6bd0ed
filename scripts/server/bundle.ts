// The Worker as it is deployed, built by wrangler into dist/server/<hash of its sources>. A build is kept until the
// sources change, and holds what else wrangler knows: the bindings and the migrations cut into statements.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inRoot, ROOT } from './paths.ts'
import { wranglerCommand, wranglerEnvironment } from './wrangler.ts'

export type Migration = { name: string; statements: string[] }
/** What wrangler makes of wrangler.toml, as far as it is named here; the rest goes through unseen. */
export type WorkerOptions = {
  name: string
  compatibilityDate: string
  cronTriggers: string[]
  bindings: Record<string, string>
  d1Databases: Record<string, { id: string }>
  serviceBindings?: Record<string, { name: string; entrypoint?: string }>
  ratelimits?: Record<string, { simple: { limit: number; period: number } }>
}
export type Bundle = {
  dir: string
  modules: { type: 'ESModule' | 'CompiledWasm' | 'Text' | 'Data'; path: string }[]
  worker: WorkerOptions
  migrations: Migration[]
}

/** A Worker to build: its configuration, and what a change of makes a new build. */
export type Project = { config: string; sources: string[]; migrations: string | null }

export const ORRERY: Project = {
  config: 'wrangler.toml',
  sources: ['src', 'durable-objects', 'migrations', 'wrangler.toml', 'package-lock.json', 'tsconfig.json'],
  migrations: 'migrations',
}
const MODULE_TYPES = {
  js: 'ESModule',
  mjs: 'ESModule',
  wasm: 'CompiledWasm',
  txt: 'Text',
  html: 'Text',
  sql: 'Text',
  bin: 'Data',
} as const
const KEEP_BUILDS_MS = 86_400_000

export async function buildBundle(project = ORRERY): Promise<Bundle> {
  const dir = inRoot('dist/server', hashOf(project.sources))
  if (!existsSync(dir)) await buildInto(dir, project)
  const described = JSON.parse(readFileSync(join(dir, 'worker.json'), 'utf8')) as Pick<
    Bundle,
    'worker' | 'migrations'
  >
  const modules = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .flatMap((name) => {
      const type = MODULE_TYPES[name.split('.').at(-1) as keyof typeof MODULE_TYPES]
      return type ? [{ type, path: join(dir, name) }] : []
    })
    // The first module is the one that is started.
    .sort((a, b) => Number(b.path === join(dir, 'index.js')) - Number(a.path === join(dir, 'index.js')))
  return { dir, modules, ...described }
}

async function buildInto(dir: string, project: Project): Promise<void> {
  const beside = `${dir}.${process.pid}`
  mkdirSync(inRoot('dist/server'), { recursive: true })
  const [command, ...first] = wranglerCommand()
  const building = promisify(execFile)(
    command,
    [...first, 'deploy', '--dry-run', '--minify', '--config', inRoot(project.config), '--outdir', beside],
    { cwd: ROOT, env: wranglerEnvironment() },
  )
  const endChild = () => void building.child.kill()
  process.once('exit', endChild)
  const build = building
    .finally(() => process.removeListener('exit', endChild))
    .catch((error: { stdout?: string; stderr?: string }) => {
      rmSync(beside, { recursive: true, force: true })
      throw new Error(`The Worker does not build:\n${error.stderr || error.stdout || String(error)}`)
    })
  const [described] = await Promise.all([describeWorker(project), build])
  writeFileSync(join(beside, 'worker.json'), JSON.stringify(described, null, 2))
  try {
    renameSync(beside, dir)
  } catch (error) {
    // Another start built the same sources at the same time.
    rmSync(beside, { recursive: true, force: true })
    if (!existsSync(dir)) throw error
  }
  forgetOldBuilds(dir)
}

/** What wrangler.toml and the migrations say, without a build. */
export async function describeWorker(project = ORRERY): Promise<Pick<Bundle, 'worker' | 'migrations'>> {
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig, unstable_splitSqlQuery } = await import(
    'wrangler'
  )
  const config = inRoot(project.config)
  // Without env files: what stands in .dev.vars is for `npm run dev`. (The option works; its type does not name it.)
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

function hashOf(paths: string[]): string {
  const hash = createHash('sha256').update(process.version)
  const add = (path: string) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name))
    } else {
      hash.update(path).update('\0').update(readFileSync(path)).update('\0')
    }
  }
  for (const path of paths) add(inRoot(path))
  return hash.digest('hex').slice(0, 16)
}

function forgetOldBuilds(keep: string): void {
  for (const name of readdirSync(inRoot('dist/server'))) {
    const path = inRoot('dist/server', name)
    if (path !== keep && statSync(path).mtimeMs < Date.now() - KEEP_BUILDS_MS)
      rmSync(path, { recursive: true, force: true })
  }
}
