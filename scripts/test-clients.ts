// npm run test:clients: tests a running installation with third-party libraries. They are installed in their own
// folder with their own lock file, so that the root install stays small. A few test files that fail run once more: what
// passes then depends on time, and is listed as unsteady. Ends with a line of totals, like npm run check.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { inRoot } from './server/paths.ts'

const FOLDER = inRoot('test/clients')
/** More files than that fail because something is broken. */
const MAX_TRIED_AGAIN = 3

prepare('npm', ['ci', '--ignore-scripts'])
prepare('tsc', ['-p', '.'])

const files = globSync('*.test.ts', { cwd: FOLDER }).map((name) => `${FOLDER}/${name}`)
const first = await runFiles(files)
const { failedFiles } = first
const isTriedAgain = failedFiles.length > 0 && failedFiles.length <= MAX_TRIED_AGAIN
const second = isTriedAgain ? await runFiles(failedFiles) : null
// A file that does not load has no tests.
const failed = second?.failed ?? (first.failed > 0 ? first.failed : first.passed === 0 ? 1 : 0)
const unsteady = second === null ? [] : failedFiles.filter((file) => !second.failedFiles.includes(file))
if (unsteady.length > 0) console.log(`\nUnsteady, passed the second time:\n  ${unsteady.join('\n  ')}`)
console.log(`\n${first.passed + Math.max(0, first.failed - failed)} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

type Totals = { passed: number; failed: number; failedFiles: string[] }

function runFiles(files: string[]): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0, failedFiles: [] }
  const results = run({ files, concurrency: 1 })
  results.on('test:summary', ({ file, counts, success }) => {
    if (file !== undefined) {
      if (!success) totals.failedFiles.push(file)
      return
    }
    totals.passed = counts.passed
    totals.failed = counts.tests - counts.passed - counts.skipped - counts.todo
  })
  results.compose(spec).pipe(process.stdout, { end: false })
  return new Promise((resolve) => results.on('end', () => resolve(totals)))
}

function prepare(program: string, args: string[]): void {
  const { status } = spawnSync(program, args, { cwd: FOLDER, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  console.log(`\n${program} ${args.join(' ')} failed in test/clients\n\n0 passed, 1 failed`)
  process.exit(1)
}
