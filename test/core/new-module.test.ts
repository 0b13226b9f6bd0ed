// A module from `npm run new-module`, in a copy of the repository: it compiles, is formatted, and passes its own
// tests and every contract test, unchanged.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesOf } from '../../scripts/new-module/names.ts'
import { inRoot } from '../../scripts/server/paths.ts'

const NAME = 'space-probes'
const MADE = [`src/modules/${NAME}`, `src/db/schema/${NAME}.ts`, `test/modules/${NAME}.test.ts`]
const SOURCES =
  /^(src|console|durable-objects|workers|migrations|scripts|test|docs|[a-z.-]+\.(json|ts|toml)|\.gitignore|\.npmrc)$/

let copy: string

function run(...command: string[]): { status: number | null; output: string } {
  const [program = '', ...args] = command
  // Environment variables of vitest would confuse the one that is started from here.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_OPTIONS|FORCE_COLOR|TEST$)/.test(name),
  )
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [inRoot('node_modules/.bin'), process.env.PATH].join(delimiter),
    PWD: copy,
    NO_COLOR: '1',
  }
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: copy, env, encoding: 'utf8' })
  return { status, output: `${stdout}${stderr}` }
}

const read = (file: string): string => readFileSync(join(copy, file), 'utf8')

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'orrery-new-module-'))
  for (const name of readdirSync(inRoot('.')).filter((one) => SOURCES.test(one)))
    cpSync(inRoot(name), join(copy, name), { recursive: true })
  symlinkSync(inRoot('node_modules'), join(copy, 'node_modules'))
  const made = run('node', 'scripts/new-module.ts', NAME, '--prefix', 'probe')
  expect(made).toMatchObject({ status: 0 })
}, 120_000)

afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('all files of the module exist, with its migration and the reversal', () => {
  expect(readdirSync(join(copy, `src/modules/${NAME}`)).sort()).toEqual([
    'export-repo.ts',
    'index.ts',
    'repo.ts',
    'routes.ts',
    'schema.ts',
    'service.ts',
  ])
  const migration =
    readdirSync(join(copy, 'migrations')).find((name) => name.endsWith('_space_probes.sql')) ?? ''
  expect(read(`migrations/${migration}`)).toContain('CREATE TABLE `space_probes`')
  expect(read(`migrations/down/${migration}`)).toBe('DROP TABLE `space_probes`;\n')
  expect(read('src/core/ids.ts')).toContain("'probe'")
  expect(JSON.parse(read('docs/openapi.json')).paths).toHaveProperty('/api/v1/space-probes/{id}')
})

test('it compiles and is formatted', () => {
  const lines = run('tsc', '--noEmit').output.split('\n')
  expect(
    lines.filter((line) => /space-?probe/i.test(line) || line.startsWith('src/modules/index.ts')),
  ).toEqual([])
  const edited = ['src/modules/index.ts', 'src/core/ids.ts', 'src/http/scopes.ts']
  expect(run('biome', 'check', ...MADE, ...edited)).toMatchObject({ status: 0 })
}, 120_000)

test('it passes its own tests', () => {
  expect(run('vitest', 'run', '--project', 'worker', `test/modules/${NAME}.test.ts`)).toMatchObject({
    status: 0,
  })
}, 120_000)

test('it passes every contract test and every test of the database', () => {
  const about = `${NAME}|space_probes|no path is|on the list|before anything else|documented|committed|appears|can be found by`
  const { status, output } = run(
    'vitest',
    'run',
    '--project',
    'worker',
    'test/contract',
    'test/db',
    '-t',
    about,
  )
  expect(status, output.slice(-3_000)).toBe(0)
  const passed = Number(/Tests .*?(\d+) passed/.exec(output)?.[1])
  expect(passed).toBeGreaterThan(100)
}, 240_000)

test('it respects the layers, and its table is documented', () => {
  const tests = ['test/core/layers.test.ts', 'test/core/tables.test.ts', 'test/core/docs.test.ts']
  expect(
    run(
      'vitest',
      'run',
      '--project',
      'core',
      ...tests,
      '-t',
      'import|cycles|HTTP|database|storage|table|SQL|tree',
    ),
  ).toMatchObject({ status: 0 })
}, 120_000)

test('a second module with the name is refused, and nothing changes', () => {
  const before = read('src/modules/index.ts')
  const again = run('node', 'scripts/new-module.ts', NAME, '--prefix', 'probe')
  expect([again.status, again.output]).toEqual([1, expect.stringContaining('These files already exist')])
  expect(read('src/modules/index.ts')).toBe(before)
})

test.each([
  [['Space']],
  [['space probes']],
  [['../probes']],
  [['moons', '--prefix', 'usr']],
  [['moons', '--prefix', 'M1']],
  [[]],
])('the arguments %j are refused, and nothing is created', (args) => {
  const before = read('src/modules/index.ts')
  expect(run('node', 'scripts/new-module.ts', ...args).status).toBe(1)
  expect(read('src/modules/index.ts')).toBe(before)
  expect(existsSync(join(copy, 'src/modules/moons'))).toBe(false)
})

test.each([
  ['notes', 'note', 'Note', 'notes', 'note'],
  ['categories', 'category', 'Category', 'categories', 'category'],
  ['space-probes', 'spaceProbe', 'SpaceProbe', 'space_probes', 'spacepro'],
])('the names of %s are those of %s', (path, thing, Thing, table, prefix) => {
  expect(namesOf(path)).toMatchObject({ thing, Thing, table, prefix })
})
