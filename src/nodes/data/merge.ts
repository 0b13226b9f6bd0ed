import * as z from 'zod'
import { canonicalJson } from '../../core/json.ts'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { badData, isRow, MAX_ITEMS, type Row } from './items.ts'
import { isMissing } from './order.ts'

const Name = z.string().min(1).max(200)
const side = (which: string) =>
  z.array(z.unknown()).max(MAX_ITEMS).describe(`The list of objects on the ${which}.`)

export const dataMerge = pureNode({
  type: 'data.merge',
  category: 'data',
  summary: 'Joins two lists of objects by a field.',
  params: z.strictObject({
    left: side('left'),
    right: side('right'),
    on: z
      .union([
        Name,
        z.array(Name).min(1).max(20),
        z.strictObject({
          left: Name.describe('The name on the left.'),
          right: Name.describe('The name on the right.'),
        }),
      ])
      .describe('The field to join by: its name, a list of names, or `{ left, right }` if the names differ.'),
    how: z.enum(['inner', 'left', 'outer']).optional().meta({
      description:
        '`inner` keeps only pairs, `left` also unmatched rows of the left list, `outer` unmatched rows of both lists.',
      default: 'inner',
    }),
  }),
  output:
    'A list of objects with the fields of both. For equal names, the right one takes precedence. Rows are in the order of the left list, followed by unmatched rows of the right list. Missing and null keys never match. At most 100,000 rows.',
  example: {
    left: [{ id: 1, name: 'Ada' }],
    right: [{ user: 1, total: 5 }],
    on: { left: 'id', right: 'user' },
  },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params }) => {
    const { on, how = 'inner' } = params
    const names = typeof on === 'string' ? [on] : on
    const [leftNames, rightNames] = Array.isArray(names) ? [names, names] : [[names.left], [names.right]]
    const left = rowsOf(params.left, 'left')
    const right = rowsOf(params.right, 'right')
    refusePaths(left, leftNames, 'left')
    refusePaths(right, rightNames, 'right')
    const byKey = new Map<string, Row[]>()
    for (const row of right) {
      const key = keyOf(row, rightNames)
      if (key === null) continue
      const same = byKey.get(key)
      if (same) same.push(row)
      else byKey.set(key, [row])
    }
    const output: Row[] = []
    const push = (row: Row): void => {
      if (output.length === MAX_ITEMS)
        throw badData(
          'data.too_large',
          `The lists give more than ${MAX_ITEMS} rows: their keys repeat too often`,
        )
      output.push(row)
    }
    const met = new Set<string>()
    for (const row of left) {
      const key = keyOf(row, leftNames)
      const partners = key === null ? undefined : byKey.get(key)
      if (key !== null && partners !== undefined) {
        met.add(key)
        for (const partner of partners) push({ ...row, ...partner })
      } else if (how !== 'inner') push(row)
    }
    if (how === 'outer') {
      for (const row of right) {
        const key = keyOf(row, rightNames)
        if (key === null || !met.has(key)) push(row)
      }
    }
    return { output }
  },
})

function rowsOf(list: readonly unknown[], name: string): Row[] {
  return list.map((row, index) => {
    if (!isRow(row)) throw badData('data.not_an_object', `${name}, item ${index} is not an object`)
    return row
  })
}

/** A name with dots that no object has is probably meant as a path. A join does not follow paths, so it would find no pairs. */
function refusePaths(rows: readonly Row[], names: readonly string[], side: string): void {
  for (const name of names) {
    if (rows.length === 0 || !name.includes('.') || rows.some((row) => Object.hasOwn(row, name))) continue
    throw badData(
      'data.no_such_field',
      `on: no object on the ${side} has the field "${name}", and nested fields are not supported; map the list first`,
    )
  }
}

function keyOf(row: Row, names: readonly string[]): string | null {
  const values = names.map((name) => (Object.hasOwn(row, name) ? row[name] : undefined))
  return values.some(isMissing) ? null : canonicalJson(values)
}
