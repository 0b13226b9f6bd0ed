// Each known bug of `npm run mutants` still has its place in the code, and is valid code. A text that was moved would
// never be tried, and invalid code would fail every test.
import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { expect, test } from 'vitest'

type Mutant = { name: string; file: string; find: string; replace: string; tests?: string[]; only?: string }

const mutants = ['test/engine/mutants.json', 'test/mutants/shell.json'].flatMap(
  (list) => JSON.parse(readFileSync(list, 'utf8')) as Mutant[],
)

test.each(mutants)(
  '$name: its place exists once, with its tests',
  ({ file, find, replace, tests = [], only }) => {
    const source = readFileSync(file, 'utf8')
    expect(source.split(find)).toHaveLength(2)
    expect(replace).not.toBe(find)
    stripTypeScriptTypes(source.replace(find, () => replace))
    expect(tests.filter((path) => !existsSync(path))).toEqual([])
    // Without a test of that name, nothing runs and the bug survives.
    if (only !== undefined)
      expect(tests.filter((path) => readFileSync(path, 'utf8').includes(only))).not.toEqual([])
  },
)
