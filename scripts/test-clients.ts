// npm run test:clients: tests a running installation with third-party libraries. They are installed in their own
// folder with their own lock file, so that the root install stays small. Ends with a line of totals, like npm run
// check.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { inRoot } from './server/paths.ts'

const FOLDER = inRoot('test/clients')

prepare('npm', ['ci', '--ignore-scripts'])
prepare('tsc', ['-p', '.'])

let passed = 0
let failed = 0
const results = run({
  files: globSync('*.test.ts', { cwd: FOLDER }).map((name) => `${FOLDER}/${name}`),
  concurrency: 1,
})
results.on('test:summary', ({ file, counts }) => {
  if (file !== undefined) return
  passed = counts.passed
  failed = counts.tests - counts.passed - counts.skipped - counts.todo
})
results.compose(spec).pipe(process.stdout)
results.on('end', () => {
  // A file that does not load has no tests.
  const broken = failed > 0 ? failed : passed === 0 ? 1 : 0
  console.log(`\n${passed} passed, ${broken} failed`)
  process.exitCode = broken > 0 ? 1 : 0
})

function prepare(program: string, args: string[]): void {
  const { status } = spawnSync(program, args, { cwd: FOLDER, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  console.log(`\n${program} ${args.join(' ')} failed in test/clients\n\n0 passed, 1 failed`)
  process.exit(1)
}
