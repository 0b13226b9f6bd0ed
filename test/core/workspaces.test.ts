// What the console and the packages may import of this repository, and that nothing here imports them.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import { workspaces } from '../../scripts/workspaces.ts'
import { readSources } from './sources/read.ts'

/** By the importing workspace. Workspaces that are not listed only import themselves. */
const MAY_IMPORT: Record<string, RegExp> = {
  console: /^packages\/client\//,
  'packages/cli': /^packages\/client\//,
  'packages/kit': /^src\/(?:engine|core)\//,
}

const workspaceOf = (path: string): string | null =>
  /^(?:console|packages\/[^/]+)(?=\/)/.exec(path)?.[0] ?? null

function isAllowed(from: string, to: string): boolean {
  const [importer, imported] = [workspaceOf(from), workspaceOf(to)]
  if (importer === null) return imported === null
  return importer === imported || (MAY_IMPORT[importer]?.test(to) ?? false)
}

const nameOf = (folder: string): string =>
  (JSON.parse(readFileSync(inRoot(folder, 'package.json'), 'utf8')) as { name: string }).name

/** A package of ours counts as its folder. */
const folders = new Map(workspaces().map((folder) => [nameOf(folder), folder]))
const folderOf = (specifier: string): string | null => {
  const [, name = ''] = /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier) ?? []
  return folders.has(name) ? `${folders.get(name)}/` : null
}

test('console and packages only import what they may, and nothing imports them', () => {
  const files = readSources('src', 'durable-objects', 'scripts', ...workspaces())
  const wrong = files.flatMap(({ path, imports, packages }) =>
    [...imports, ...packages.flatMap((one) => folderOf(one) ?? [])]
      .filter((to) => !isAllowed(path, to))
      .map((to) => `${path} → ${to}`),
  )
  expect(wrong).toEqual([])
})

/** The parts of the console, from the lowest to the highest. A feature is used through its index or its routes. */
const isAllowedInConsole = (from: string, to: string): boolean => {
  const [part, feature] = partOf(from)
  const [other, otherFeature] = partOf(to)
  if (part === 'main') return other !== 'features' || /\/(?:index|routes)\.tsx?$/.test(to)
  if (other === 'main') return false
  if (part === 'api') return other === 'api'
  if (part === 'ui') return other === 'ui' || (other === 'api' && /\/(?:clock|problem)\.ts$/.test(to))
  return other !== 'features' || feature === otherFeature || to.endsWith('/index.ts')
}

const partOf = (path: string): [part: string, feature: string | undefined] => {
  const [, part = 'main', feature] = /^console\/src\/(api|ui|features)\/([^/]+)/.exec(path) ?? []
  return [part, feature]
}

const consoleFiles = () => readSources('console').filter(({ path }) => path.startsWith('console/src/'))

test('features of the console import the kit, the client, themselves, and the index of others', () => {
  const wrong = consoleFiles().flatMap(({ path, imports }) =>
    imports.filter((to) => !isAllowedInConsole(path, to)).map((to) => `${path} → ${to}`),
  )
  expect(wrong).toEqual([])
})

test('pure code in the console uses no React, no server and no browser', () => {
  const models = consoleFiles().filter(({ path }) => /\/model\//.test(path))
  const wrong = models.flatMap(({ path, packages, code }) => [
    ...packages.map((one) => `${path} → ${one}`),
    ...(code.match(/(?<![.\w$])(?:fetch|window|document|localStorage|Date\.now)(?![\w$:])/g) ?? []).map(
      (one) => `${path} uses ${one}`,
    ),
  ])
  expect(wrong).toEqual([])
})

test('no file of the console is longer than 250 lines', () => {
  const long = consoleFiles()
    .filter(({ path, code }) => !path.endsWith('.gen.ts') && code.split('\n').length > 251)
    .map(({ path }) => path)
  expect(long).toEqual([])
})

test.each([
  ['console/src/main.tsx', 'console/src/features/run/routes.ts', true],
  ['console/src/main.tsx', 'console/src/features/run/panel.tsx', false],
  ['console/src/features/run/run.tsx', 'console/src/ui/glyph.tsx', true],
  ['console/src/features/run/run.tsx', 'console/src/features/shell/index.ts', true],
  ['console/src/features/run/run.tsx', 'console/src/features/shell/shell.tsx', false],
  ['console/src/ui/glyph.tsx', 'console/src/api/client.ts', false],
  ['console/src/api/client.ts', 'console/src/ui/glyph.tsx', false],
])('in the console, may %s import %s: %s', (from, to, allowed) => {
  expect(isAllowedInConsole(from, to)).toBe(allowed)
})

test.each([
  ['console/src/app.tsx', 'console/src/theme.ts', true],
  ['console/src/app.tsx', 'packages/client/src/index.ts', true],
  ['console/src/app.tsx', 'src/core/ids.ts', false],
  ['console/src/app.tsx', 'packages/kit/src/index.ts', false],
  ['packages/cli/src/main.ts', 'packages/client/src/index.ts', true],
  ['packages/cli/src/main.ts', 'src/engine/compile/index.ts', false],
  ['packages/client/src/index.ts', 'src/core/ids.ts', false],
  ['packages/kit/src/index.ts', 'src/engine/compile/index.ts', true],
  ['packages/kit/src/index.ts', 'src/core/ids.ts', true],
  ['packages/kit/src/index.ts', 'src/modules/index.ts', false],
  ['src/app.ts', 'packages/client/src/index.ts', false],
  ['scripts/demo.ts', 'console/src/app.tsx', false],
  ['src/app.ts', 'src/modules/index.ts', true],
])('may %s import %s: %s', (from, to, allowed) => {
  expect(isAllowed(from, to)).toBe(allowed)
})
