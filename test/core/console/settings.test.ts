// The limits of a plan, and the values of variables as people type them.
import { expect, test } from 'vitest'
import { limitsOf, monthsUntil, toneOfShare } from '../../../console/src/features/settings/model/limits.ts'
import {
  isSecretName,
  readValue,
  readValues,
  shortValue,
  typedOf,
  wayOf,
} from '../../../console/src/features/settings/model/variables.ts'
import { smallestPlan } from '../../../src/core/plans.ts'

test('limits are listed with what is used, and all have a name', () => {
  const usage = { storageBytes: 512 * 1024 ** 2, workflows: 60, agents: 3, teams: null }
  const limits = limitsOf({ limits: { ...smallestPlan, agents: null }, usage })
  const of = (id: string) => limits.find((one) => one.id === id)
  expect(limits[0]).toMatchObject({ name: 'Storage', share: 0.5, text: '512 MB of 1 GB' })
  expect(of('workflows')).toMatchObject({ share: 1, text: '60 of 50' })
  expect(of('agents')).toMatchObject({ share: 0, text: '3, no limit' })
  expect(of('fileVersions')).toMatchObject({ used: null, text: '5' })
  // A shared team has no number of teams.
  expect(of('teams')).toBeUndefined()
  for (const { id, name } of limits) expect(name, id).not.toBe(id)
})

test('a limit is amber before it stops somebody, and red then', () => {
  expect([0.5, 0.9, 1].map(toneOfShare)).toEqual([undefined, 'wait', 'bad'])
})

test('months count back over the turn of a year', () => {
  expect(monthsUntil(Date.parse('2026-02-28T23:59:59Z'), 3)).toEqual(['2026-02', '2026-01', '2025-12'])
})

test('a text needs no quotes, and JSON that cannot be parsed says why', () => {
  expect([wayOf('eu'), wayOf(3), typedOf('eu'), typedOf([1])]).toEqual(['text', 'json', 'eu', '[\n  1\n]'])
  expect(readValue('12', 'text')).toEqual({ value: '12', error: null })
  expect(readValue('12', 'json')).toEqual({ value: 12, error: null })
  expect(readValue('{', 'json').error).toMatch(/^This is not valid JSON/)
  expect(readValues('{"a":1}')).toEqual({ values: { a: 1 }, error: null })
  for (const other of ['[1]', 'null', '"a"']) expect(readValues(other).values).toBeNull()
  expect([shortValue('a\n  b'), shortValue({ a: 1 })]).toEqual(['a b', '{"a":1}'])
})

test('a name that promises a secret is found', () => {
  expect(['apiToken', 'db_password', 'region', 'maxTokens'].map(isSecretName)).toEqual([
    true,
    true,
    false,
    true,
  ])
})
