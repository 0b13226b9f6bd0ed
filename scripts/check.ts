// npm run check: all checks for a change. Runs everything, even after a failure, and ends with a line of totals: each test counts, and each other check
// counts as one. `npm run check -- --only <name>` runs one of them.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeContractTypes } from './console/types.ts'
import { inRoot, ROOT } from './server/paths.ts'
import { workspaces } from './workspaces.ts'

type Check = { name: string; command: string[] }
type VitestReport = { numPassedTests: number; numFailedTests: number; success: boolean }

const REPORT = inRoot('dist/check/tests.json')
const WORKSPACES = workspaces()
const CHECKS: Check[] = [
  { name: 'format and lint', command: ['biome', 'check', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  // Each has its own tsconfig.json that extends tsconfig.base.json, for example one with the DOM types.
  ...WORKSPACES.map((folder) => ({ name: `types of ${folder}`, command: ['tsc', '--noEmit', '-p', folder] })),
  { name: 'openapi', command: ['node', 'scripts/openapi.ts', '--check'] },
  { name: 'size', command: ['node', 'scripts/size.ts'] },
]
const TESTS: Check = {
  name: 'tests',
  command: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`],
}

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values
const isWanted = ({ name }: Check): boolean => only === undefined || name === only
if (![...CHECKS, TESTS].some(isWanted)) throw new Error(`There is no check ${only}`)

// The console's type check needs them.
writeContractTypes()

let passed = 0
let failed = 0
const broken: string[] = []

for (const check of CHECKS.filter(isWanted)) {
  if (await run(check)) passed++
  else failed++
}
if (isWanted(TESTS)) await runTests()

if (broken.length > 0) console.log(`\nFailed: ${broken.join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function runTests(): Promise<void> {
  mkdirSync(inRoot('dist/check'), { recursive: true })
  rmSync(REPORT, { force: true })
  const isOk = await run(TESTS)
  const report = readReport()
  passed += report.numPassedTests
  // A run can fail without a failed test: a file that does not load, an unhandled rejection, or no report.
  failed += Math.max(report.numFailedTests, isOk && report.success ? 0 : 1)
}

function run({ name, command }: Check): Promise<boolean> {
  const [program = '', ...args] = command
  const start = performance.now()
  console.log(`\n> ${name}`)
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
    const end = (ok: boolean) => {
      console.log(`${ok ? 'ok' : 'FAILED'}: ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`)
      if (!ok) broken.push(name)
      resolve(ok)
    }
    child.on('error', (error) => {
      console.error(error.message)
      end(false)
    })
    child.on('exit', (code) => end(code === 0))
  })
}

function readReport(): VitestReport {
  try {
    return JSON.parse(readFileSync(REPORT, 'utf8')) as VitestReport
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, success: false }
  }
}
