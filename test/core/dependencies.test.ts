// `npm ci --omit=dev && npm start` must work: packages needed for serving are in `dependencies`.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import { readSources } from './sources/read.ts'

type Manifest = {
  scripts: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as Manifest

/** The scripts for running an installation, and the Worker that they build. */
const ENTRIES = ['start', 'demo', 'mail', 'reset', 'deploy', 'setup-cloud']
  .map((name) => `scripts/${name}.ts`)
  .concat('src/index.ts', 'workers/models/index.ts')

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Packages that a file imports, and those whose files it reads or runs. */
function needsOf(path: string, imported: string[]): string[] {
  const text = readFileSync(inRoot(path), 'utf8')
  const read = [...text.matchAll(/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)/g)].map(([, name]) => name ?? '')
  return [...imported, ...read].filter((name) => !/^(node|cloudflare(-internal)?):/.test(name)).map(packageOf)
}

test('packages needed for serving are in dependencies, including Node', () => {
  const sources = new Map(
    readSources('src', 'durable-objects', 'workers', 'scripts').map((source) => [source.path, source]),
  )
  const seen = new Set<string>()
  const needed = new Set(['node'])
  const visit = (path: string): void => {
    const source = sources.get(path)
    if (source === undefined || seen.has(path)) return
    seen.add(path)
    for (const name of needsOf(path, source.packages)) needed.add(name)
    source.imports.forEach(visit)
  }
  ENTRIES.forEach(visit)
  expect([...seen]).toContain('scripts/server/bundle.ts')
  expect(needed.size).toBeGreaterThan(10)
  expect([...needed].filter((name) => !(name in manifest.dependencies))).toEqual([])
})

test('no package is in both lists, and every version is exact', () => {
  const { dependencies, devDependencies } = manifest
  expect(Object.keys(dependencies).filter((name) => name in devDependencies)).toEqual([])
  const versions = Object.entries({ ...dependencies, ...devDependencies })
  expect(
    versions.filter(([, version]) => !/^(npm:[^@]*@?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
  ).toEqual([])
})
