// The static files, the console and the pages under /docs, built into dist/assets/<hash of their sources>. The link `current` leads to the last build: wrangler.toml
// can only name a fixed folder.
import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { buildConsole, CONSOLE_SOURCES } from '../console/build.ts'
import { buildDocsSite, DOCS_SITE_SOURCES } from '../docs-site/build.ts'
import type { WorkerOptions } from './bundle.ts'
import { keptBuild } from './kept-build.ts'
import { inRoot } from './paths.ts'

const FOLDER = 'dist/assets'
const CURRENT = inRoot(FOLDER, 'current')
const NAME = 'assets'

/** Returns the folder of this build, which never changes once it exists. */
export async function buildAssets(): Promise<string> {
  const dir = await keptBuild(FOLDER, [...DOCS_SITE_SOURCES, ...CONSOLE_SOURCES], async (to) => {
    await Promise.all([buildDocsSite(to), buildConsole(to)])
  })
  pointTo(dir)
  return dir
}

/** Wrangler refuses to build while the folder in wrangler.toml is missing. It only looks whether it is there. */
export function requireAssetsFolder(): void {
  if (existsSync(CURRENT)) return
  const empty = inRoot(FOLDER, 'empty')
  mkdirSync(empty, { recursive: true })
  pointTo(empty)
}

function pointTo(dir: string): void {
  const link = `${CURRENT}.${process.pid}`
  symlinkSync(basename(dir), link)
  renameSync(link, CURRENT)
}

const SCRIPT = `export default { fetch: (request, { ASSETS }) => ASSETS.fetch(request) }
`

/**
 * Serves the files from a separate Worker. On the Worker itself, Miniflare would put its router before every request, which halves
 * the speed of the API.
 */
export function withAssetsBeside<
  T extends Pick<WorkerOptions, 'compatibilityDate' | 'serviceBindings' | 'assets'>,
>(worker: T, directory: string | null) {
  const { assets, ...rest } = worker
  if (assets === undefined || directory === null) return { worker: rest, files: [] }
  const files = {
    name: NAME,
    modules: true,
    script: SCRIPT,
    compatibilityDate: worker.compatibilityDate,
    assets: { ...assets, directory },
  }
  return {
    worker: { ...rest, serviceBindings: { ...worker.serviceBindings, [assets.binding]: NAME } },
    files: [files],
  }
}
