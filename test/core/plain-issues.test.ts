import { expect, test } from 'vitest'
import * as z from 'zod'
import { fieldErrors } from '../../src/core/field-errors.ts'

const Order = z.strictObject({
  id: z.string().min(1).max(5),
  count: z.number().int().max(10),
  kind: z.enum(['new', 'used']),
  at: z.iso.datetime(),
  lines: z.array(z.strictObject({ 'a/b': z.string() })).min(1),
  other: z.union([z.string(), z.number()]),
})
const GOOD = { id: 'a', count: 1, kind: 'new', at: '2026-01-31T12:00:00Z', lines: [{ 'a/b': 'x' }], other: 1 }

test.each([
  [{ id: undefined }, '/id', 'Is required'],
  [{ kind: undefined }, '/kind', 'Is required'],
  [{ other: undefined }, '/other', 'Is required'],
  [{ id: 7 }, '/id', 'Must be a string'],
  [{ id: '' }, '/id', 'Must not be empty'],
  [{ id: 'abcdef' }, '/id', 'Must have at most 5 characters'],
  [{ count: Number.NaN }, '/count', 'Must be a number'],
  [{ count: 1.5 }, '/count', 'Must be an integer'],
  [{ count: 11 }, '/count', 'Must be at most 10'],
  [{ kind: 'old' }, '/kind', 'Must be one of "new", "used"'],
  [{ at: 'today' }, '/at', 'Must be a date and time such as 2026-01-31T12:00:00Z'],
  [{ lines: [] }, '/lines', 'Must have at least 1 item'],
  [{ lines: [{ 'a/b': 1 }] }, '/lines/0/a~1b', 'Must be a string'],
  [{ other: true }, '/other', 'Does not match any of the allowed forms'],
  [{ colour: 1 }, '/colour', 'Unknown field'],
])('%j is refused at %s: %s', (change, path, message) => {
  const read = Order.safeParse({ ...GOOD, ...change })
  expect(fieldErrors(read.error?.issues ?? [])).toMatchObject([{ path, message }])
})

test('each unknown field is a separate error', () => {
  const read = Order.safeParse({ ...GOOD, colour: 1, size: 2 })
  expect(fieldErrors(read.error?.issues ?? []).map(({ path }) => path)).toEqual(['/colour', '/size'])
})

test('at most 50 errors are listed', () => {
  const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`x${i}`, i]))
  expect(fieldErrors(Order.safeParse({ ...GOOD, ...many }).error?.issues ?? [])).toHaveLength(50)
})
