import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inRoot } from '../../scripts/server/paths.ts'
import { SOURCES, slowTestsToSkip } from '../helpers/slow-tests.ts'

test('every slow test and every source that it depends on is there', () => {
  const paths = Object.entries(SOURCES).flatMap(([file, sources]) => [file, ...sources])
  expect(paths.filter((path) => !existsSync(inRoot(path)))).toEqual([])
})

test('CI and the long form skip nothing', () => {
  expect(slowTestsToSkip({ CI: '1' }, [])).toEqual([])
  expect(slowTestsToSkip({ TEST_LONG: 'true' }, [])).toEqual([])
})

test('a slow test that is named runs', () => {
  expect(slowTestsToSkip({}, Object.keys(SOURCES))).toEqual([])
  expect(slowTestsToSkip({}, ['test/e2e/kill'])).not.toContain('test/e2e/kill-runs.test.ts')
})
