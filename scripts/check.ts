// npm run check: all checks for a change. Runs everything, even after a failure, and ends with a line of totals: each test counts, and each other check
// counts as one. `npm run check -- --only <name>` runs one of them. A few test files that fail run once more in a process of their own: what passes then
// depends on time or on its neighbours, and is listed as unsteady. Random cases keep their seed, so a case that fails does so twice.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeContractTypes } from './console/types.ts'
import { inRoot, ROOT } from './server/paths.ts'
import { workspaces } from './workspaces.ts'

type Check = { name: string; command: string[] }
type VitestReport = {
  numPassedTests: number
  numFailedTests: number
  success: boolean
  testResults: { name: string; status: string; assertionResults: { fullName: string; status: string }[] }[]
}

/** More files than that fail because something is broken. */
const MAX_TRIED_AGAIN = 5
const NO_REPORT: VitestReport = { numPassedTests: 0, numFailedTests: 0, success: false, testResults: [] }
const WORKSPACES = workspaces()
const CHECKS: Check[] = [
  { name: 'format and lint', command: ['biome', 'check', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  // Each has its own tsconfig.json that extends tsconfig.base.json, for example one with the DOM types.
  ...WORKSPACES.map((folder) => ({ name: `types of ${folder}`, command: ['tsc', '--noEmit', '-p', folder] })),
  { name: 'openapi', command: ['node', 'scripts/openapi.ts', '--check'] },
  { name: 'size', command: ['node', 'scripts/size.ts'] },
]
const TESTS = 'tests'

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
const isWanted = (name: string): boolean => only === undefined || name === only
if (![...CHECKS.map(({ name }) => name), TESTS].some(isWanted)) throw new Error(`There is no check ${only}`)

// The console's type check needs them.
writeContractTypes()

let passed = 0
let failed = 0
const broken: string[] = []
const unsteady: string[] = []

for (const check of CHECKS.filter(({ name }) => isWanted(name))) {
  if (await run(check)) passed++
  else {
    failed++
    broken.push(check.name)
  }
}
if (isWanted(TESTS)) await runTests()

if (unsteady.length > 0) console.log(`\nUnsteady, passed the second time:\n  ${unsteady.join('\n  ')}`)
if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function runTests(): Promise<void> {
  const first = await vitest(TESTS, [])
  const files = first.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
  passed += first.numPassedTests
  if (first.success || files.length === 0 || files.length > MAX_TRIED_AGAIN) {
    if (!first.success) broken.push(TESTS)
    // A run can fail without a failed test: a file that does not load, an unhandled rejection, or no report.
    failed += Math.max(first.numFailedTests, first.success ? 0 : 1)
    return
  }
  const second = await vitest(`${TESTS} that failed, once more`, files)
  if (!second.success) broken.push(TESTS)
  const failedAgain = Math.max(second.numFailedTests, second.success ? 0 : 1)
  failed += failedAgain
  passed += Math.max(0, first.numFailedTests - failedAgain)
  const again = failedTests(second)
  unsteady.push(...failedTests(first).filter((name) => !again.includes(name)))
}

function failedTests({ testResults }: VitestReport): string[] {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName)
}

async function vitest(name: string, files: string[]): Promise<VitestReport> {
  const report = inRoot('dist/check/tests.json')
  mkdirSync(inRoot('dist/check'), { recursive: true })
  rmSync(report, { force: true })
  const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const isOk = await run({ name, command: ['vitest', 'run', ...options, ...files] })
  const read = readReport(report)
  return { ...read, success: isOk && read.success }
}

function run({ name, command }: Check): Promise<boolean> {
  const [program = '', ...args] = command
  const start = performance.now()
  console.log(`\n> ${name}`)
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
    const end = (ok: boolean) => {
      console.log(`${ok ? 'ok' : 'FAILED'}: ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`)
      resolve(ok)
    }
    child.on('error', (error) => {
      console.error(error.message)
      end(false)
    })
    child.on('exit', (code) => end(code === 0))
  })
}

function readReport(file: string): VitestReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return NO_REPORT
  }
}
