// npm run mutants: puts known bugs into a copy of the source tree, one at a time, and checks that the tests catch
// each.
// `npm run mutants -- --only <part of a name>` runs some of them, `--list core` or `--list shell` one of the lists,
// `--part 2/5` the second fifth of the rest.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { TESTS_ALONE } from '../test/helpers/tests-alone.ts'
import { inRoot } from './server/paths.ts'

/** `only` is a part of the name of the test that must catch it, if its test file takes long. */
type Mutant = { name: string; file: string; find: string; replace: string; tests?: string[]; only?: string }
type Verdict = { caught: boolean; by: string; seconds: number }

/** Examples first, because they are fast. Then the properties, with fewer cases than in the suite. */
const CORE_EXAMPLES = ['--project', 'core', 'test/engine/']
for (const apart of ['properties.test.ts', 'compile-random.test.ts', 'engine/*/**']) {
  CORE_EXAMPLES.push('--exclude', `**/${apart}`)
}
const CORE_PROPERTIES = ['--project', 'core', 'properties.test.ts', 'compile-random.test.ts']
const CORE_CASES = '3000'
/** A bug that causes an endless loop is caught by the time limit of the suite. */
const MAX_MS = 240_000

const { values } = parseArgs({
  options: { only: { type: 'string' }, list: { type: 'string' }, part: { type: 'string' } },
})
const [part = 1, parts = 1] = (values.part ?? '1/1').split('/').map(Number)
const lists = { core: 'test/engine/mutants.json', shell: 'test/mutants/shell.json' }
const chosen = Object.entries(lists)
  .filter(([list]) => values.list === undefined || values.list === list)
  .flatMap(([, file]) => JSON.parse(readFileSync(inRoot(file), 'utf8')) as Mutant[])
  .filter(({ name }) => values.only === undefined || name.includes(values.only))
  .filter((_, at) => at % parts === part - 1)
if (chosen.length === 0) throw new Error('No mutant has that name')

const PROJECTS = [
  ['test/e2e/', 'e2e'],
  ['test/core/', 'core'],
  ['test/engine/', 'core'],
] as const

function projectOf(file: string): string {
  if (TESTS_ALONE.includes(file)) return 'worker-alone'
  return PROJECTS.find(([folder]) => file.startsWith(folder))?.[1] ?? 'worker'
}

/** Whole files in one runtime, which start together. */
const isShell = (step: readonly string[]): boolean => step[1] === 'worker' && step.length === 3

const copy = mkdtempSync(join(tmpdir(), 'orrery-mutants-'))
let running: ChildProcess | undefined
process.on('exit', () => {
  endGroup(running)
  rmSync(copy, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    console.error(`Ended by ${signal}`)
    process.exit(1)
  })
}

copyTree()
await requireGreen()
const survived: string[] = []
for (const mutant of chosen) {
  const verdict = await judge(mutant)
  if (!verdict.caught) survived.push(mutant.name)
  const word = verdict.caught ? 'caught  ' : 'SURVIVED'
  console.log(`${word} ${verdict.seconds.toFixed(0).padStart(4)} s  ${mutant.name.padEnd(58)} ${verdict.by}`)
}
console.log(`\n${chosen.length - survived.length} of ${chosen.length} are caught`)
process.exit(survived.length === 0 ? 0 : 1)

/** All files in git, and new ones. The installed packages are shared. */
function copyTree(): void {
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: inRoot() })
  for (const path of String(listed).split('\0')) {
    if (path === '') continue
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    cpSync(inRoot(path), join(copy, path), { force: true })
  }
  symlinkSync(inRoot('node_modules'), join(copy, 'node_modules'))
}

/** A test that fails anyway would catch everything. */
async function requireGreen(): Promise<void> {
  const steps = new Map(chosen.flatMap(stepsOf).map((step) => [step.join(' '), step]))
  const files = [...new Set([...steps.values()].filter(isShell).flatMap((step) => step.slice(2)))]
  const wanted = [...[...steps.values()].filter((step) => !isShell(step))]
  if (files.length > 0) wanted.push(['--project', 'worker', ...files])
  for (const step of wanted) {
    const { failed, output } = await runTests(step)
    if (failed)
      throw new Error(`Without any bug the tests do not pass: ${step.join(' ')}\n${output.slice(-3_000)}`)
  }
}

function stepsOf({ tests, only }: Mutant): string[][] {
  if (tests === undefined) return [CORE_EXAMPLES, CORE_PROPERTIES]
  const named = only === undefined ? [] : ['-t', only]
  return tests.map((file) => ['--project', projectOf(file), file, ...named])
}

async function judge(mutant: Mutant): Promise<Verdict> {
  const path = join(copy, mutant.file)
  const source = readFileSync(path, 'utf8')
  const found = source.split(mutant.find).length - 1
  if (found !== 1)
    return { caught: false, by: `its place is found ${found} times in ${mutant.file}`, seconds: 0 }
  const started = Date.now()
  const seconds = () => (Date.now() - started) / 1_000
  writeFileSync(
    path,
    source.replace(mutant.find, () => mutant.replace),
  )
  try {
    for (const step of stepsOf(mutant)) {
      const { failed, output } = await runTests(step)
      if (failed) return { caught: true, by: firstFailure(output), seconds: seconds() }
    }
    return { caught: false, by: '', seconds: seconds() }
  } finally {
    writeFileSync(path, source)
  }
}

async function runTests(args: string[]): Promise<{ failed: boolean; output: string }> {
  const child = spawn(join(copy, 'node_modules/.bin/vitest'), ['run', '--bail', '1', ...args], {
    cwd: copy,
    env: { ...process.env, TEST_CASES: CORE_CASES, TEST_SEED: '1', NO_COLOR: '1', LOG_LEVEL: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running = child
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data
    })
  }
  const timer = setTimeout(() => {
    output += '\nFAIL it never ended'
    endGroup(child)
  }, MAX_MS)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearTimeout(timer)
  running = undefined
  return { failed: code !== 0, output }
}

/** The test runner, and the runtimes that it has started. */
function endGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

function firstFailure(output: string): string {
  const line =
    /^\s*FAIL\s+(?:\|?\s*\w+\s*\|?\s+)?(.*)$/m.exec(output)?.[1] ??
    /Error: .*/.exec(output)?.[0] ??
    'an error'
  return line.replace(/test\/(engine\/)?/, '').slice(0, 110)
}
