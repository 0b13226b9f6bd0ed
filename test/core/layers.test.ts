// Imports only point to lower layers, including type imports. docs/ARCHITECTURE.md describes the layers.
import { expect, test } from 'vitest'
import { codeOf } from './sources/code.ts'
import { findCycles, importsOf, readSources, type Source } from './sources/read.ts'

const sources = readSources('src', 'durable-objects', 'workers')

/** From the lowest to the highest. Folders in one line do not use each other. */
const LAYERS = [
  ['core'],
  ['engine'],
  ['objects', 'queue'],
  ['env.ts'],
  ['db', 'providers'],
  ['context.ts'],
  ['http', 'nodes'],
  ['modules'],
  ['jobs', 'cron', 'durable-objects', 'workers', 'app.ts'],
  ['index.ts'],
]

const folderOf = (path: string): string => path.replace(/^src\//, '').split('/')[0] ?? ''
const rankOf = (path: string): number => LAYERS.findIndex((layer) => layer.includes(folderOf(path)))
const moduleOf = (path: string): string | null => /^src\/modules\/([^/]+)\//.exec(path)?.[1] ?? null

const imports = (from: Source[]): { from: string; to: string }[] =>
  from.flatMap((source) => source.imports.map((to) => ({ from: source.path, to })))
const show = (edges: { from: string; to: string }[]): string[] =>
  edges.map(({ from, to }) => `${from} → ${to}`)

test('every file belongs to a layer, and every import leads to a file', () => {
  const paths = new Set(sources.map((source) => source.path))
  expect(sources.length).toBeGreaterThan(100)
  expect([...paths].filter((path) => rankOf(path) === -1)).toEqual([])
  expect(show(imports(sources).filter(({ to }) => to.endsWith('.ts') && !paths.has(to)))).toEqual([])
})

test('imports only point to lower layers', () => {
  const wrong = imports(sources).filter(
    ({ from, to }) => folderOf(from) !== folderOf(to) && rankOf(to) >= rankOf(from),
  )
  expect(show(wrong)).toEqual([])
})

test('a module is only used through its index', () => {
  const wrong = imports(sources).filter(({ from, to }) => {
    const module = moduleOf(to)
    return module !== null && module !== moduleOf(from) && to !== `src/modules/${module}/index.ts`
  })
  expect(show(wrong)).toEqual([])
})

test('only the guarded calls use the networks', () => {
  const users = sources.filter(
    ({ path, code }) => path !== 'src/env.ts' && /\b(NAMED|PUBLIC)_NETWORK\b/.test(code),
  )
  expect(users.map(({ path }) => path)).toEqual(['src/providers/outbound/index.ts'])
})

test('there are no cycles', () => {
  expect(findCycles(sources)).toEqual([])
})

const named = (name: string) => new RegExp(`/(${name}|[a-z-]+-${name})(\\.ts$|/)`)
const packagesOf = (files: Source[], unwanted: RegExp): string[] =>
  files.flatMap((source) =>
    source.packages.filter((one) => unwanted.test(one)).map((one) => `${source.path} → ${one}`),
  )
const modules = sources.filter((source) => source.path.startsWith('src/modules/'))

/** Other files of modules that use HTTP, with the reason. Every other file that is not a route is a service or a repo. */
const MAY_KNOW_HTTP: Record<string, string> = {
  'src/modules/auth/cookies.ts': 'reads and writes cookies',
  'src/modules/auth/sessions/console-session.ts': 'reads and writes a cookie',
  'src/modules/auth/sign-in/device-cookie.ts': 'reads and writes a cookie',
  'src/modules/auth/sign-in/limits.ts': 'middleware of the routes beside it',
  'src/modules/runs/prefer.ts': 'reads headers',
}

const isEdge = (path: string): boolean => named('routes').test(path) || named('schema').test(path)

test('services and repos do not know HTTP', () => {
  const files = modules.filter(
    ({ path }) => moduleOf(path) !== null && !isEdge(path) && !(path in MAY_KNOW_HTTP),
  )
  expect(files.length).toBeGreaterThan(100)
  expect(packagesOf(files, /^hono/)).toEqual([])
})

test('a repo takes the database, not a context', () => {
  const repos = modules.filter((source) => named('repo').test(source.path))
  expect(uses(repos, /\b(?:Service|Read|Request)Context\b/g)).toEqual([])
})

test('routes do not know the database', () => {
  const files = modules.filter((source) => named('routes').test(source.path))
  expect(files.length).toBeGreaterThan(5)
  expect(packagesOf(files, /^drizzle/)).toEqual([])
  expect(show(imports(files).filter(({ to }) => to.startsWith('src/db/')))).toEqual([])
})

const engine = sources.filter((source) => source.path.startsWith('src/engine/'))

/** Packages that the engine may use, with the reason: none does I/O, reads the time or uses randomness. */
const ENGINE_PACKAGES = /^(zod|re2js|yaml)$/

test('the engine only depends on the core', () => {
  expect(show(imports(engine).filter(({ to }) => !/^src\/(engine|core)\//.test(to)))).toEqual([])
  expect(engine.flatMap((source) => source.packages).filter((one) => !ENGINE_PACKAGES.test(one))).toEqual([])
})

/** A name that is not a property, a key or part of another name. */
const name = (text: string): RegExp => new RegExp(`(?<![.\\w$])${text}(?![\\w$]|\\s*\\??:[^:])`, 'g')

const uses = (files: Source[], pattern: RegExp): string[] =>
  files.flatMap((source) =>
    [...source.code.matchAll(pattern)].map(
      (match) => `${source.path}:${source.code.slice(0, match.index).split('\n').length} ${match[0]}`,
    ),
  )

// A Date created from a number, and Date.UTC, give the same result at any time.
const CLOCK = /(?<![.\w$])(?:Date(?![\w$]|\.UTC\()|performance|Temporal\.Now)/g
const withoutPureDates = engine.map((source) => ({
  ...source,
  code: source.code.replace(/\bnew Date\((?=[^)\s])/g, 'new Moment('),
}))

test('the engine has no clock', () => {
  expect(uses(withoutPureDates, CLOCK)).toEqual([])
})

test.each([
  'fetch',
  'crypto',
  'Math\\.random',
  'setTimeout',
  'setInterval',
  'process',
  'globalThis',
  'WebSocket',
])('the engine does not use %s', (text) => {
  expect(uses(engine, name(text))).toEqual([])
})

const CALLS_FETCH = /(?<![.\w$]|\basync )(?:fetch\s*\(|globalThis\.fetch)/g

/** Other files that may reach the internet, with the reason. */
const MAY_FETCH: Record<string, string> = {}

test('only providers talk to the internet', () => {
  const files = sources.filter(
    (source) => !source.path.startsWith('src/providers/') && !(source.path in MAY_FETCH),
  )
  expect(uses(files, CALLS_FETCH)).toEqual([])
})

test('PBKDF2 is not used: in production it throws beyond 100,000 rounds', () => {
  const files = [...sources, ...readSources('scripts')]
  expect(files.filter((source) => /pbkdf2/i.test(source.code)).map((source) => source.path)).toEqual([])
})

test.each([
  ['await fetch(url)', CALLS_FETCH, true],
  ['await stub.fetch(url)', CALLS_FETCH, false],
  ['export default { fetch: app.fetch }', CALLS_FETCH, false],
  ['const at = Date.now()', CLOCK, true],
  ['const at: Date = read()', CLOCK, true],
  ['Date.UTC(2026, 0)', CLOCK, false],
  ['node.crypto', name('crypto'), false],
  ['crypto.subtle', name('crypto'), true],
  ['const fetch = 1', name('fetch'), true],
  ['{ fetch: 1 }', name('fetch'), false],
])('in %j, what %s looks for is there: %s', (code, pattern, there) => {
  expect(uses([{ path: 'x', imports: [], packages: [], code }], pattern).length > 0).toBe(there)
})

test.each([
  ["import { a } from './a.ts'", ['./a.ts']],
  ["import type {\n  A,\n  B,\n} from './b.ts'", ['./b.ts']],
  ["export * from './c.ts'\nexport type { D } from './d.ts'", ['./c.ts', './d.ts']],
  ["import './e.ts'", ['./e.ts']],
  ["type F = import('./f.ts').F; const f = await import('./g.ts')", ['./g.ts', './f.ts'].sort()],
  ["// import { a } from './a.ts'\nconst from = 'x'", []],
])('the imports of %j are seen', (text, expected) => {
  expect(importsOf(text).sort()).toEqual(expected)
})

test.each([
  ['a // fetch\nb', 'a \nb'],
  ['/* fetch\n fetch */ a', '\na'],
  ["a('fetch', \"it's fetch\", 'it\\'s fetch')", 'a( , , )'],
  ['a(`fetch $' + '{b({ c: `$' + '{d}` })} fetch`)', 'a(` b({ c: ` d} })} )'],
  ["a(/fetch['/]\\/fetch/g, b / c / d)", 'a( , b / c / d)'],
])('the code of %j is distinguished from comments, texts and regular expressions', (text, expected) => {
  const bare = (code: string) => code.replace(/[^\S\n]+/g, '')
  expect(bare(codeOf(text))).toBe(bare(expected))
})

test('cycles are found', () => {
  const files = [
    { path: 'a', imports: ['b'] },
    { path: 'b', imports: ['c'] },
    { path: 'c', imports: ['a', 'd'] },
    { path: 'd', imports: [] },
  ]
  expect(findCycles(files).map((cycle) => cycle.sort())).toEqual([['a', 'b', 'c']])
  expect(findCycles(files.slice(1))).toEqual([])
})
