import * as z from 'zod'
import { canonicalJson } from '../../core/json.ts'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { badData, isRow, items, type Row } from './items.ts'
import { compareValues, isMissing } from './order.ts'

const OPERATIONS = ['count', 'sum', 'avg', 'min', 'max', 'first', 'last', 'list'] as const
type Operation = (typeof OPERATIONS)[number]

const Field = z.strictObject({
  op: z.enum(OPERATIONS).describe('The operation on the values.'),
  value: z.unknown().optional().describe('An expression with `item` and `index`. Default: the item.'),
})

export const dataAggregate = pureNode({
  type: 'data.aggregate',
  category: 'data',
  summary: 'Counts, sums or collects the items of a list, in total or by group.',
  params: z.strictObject({
    items,
    groupBy: z
      .unknown()
      .optional()
      .describe(
        'The group of an item, as an expression with `item` and `index`, or an object of several expressions, whose fields then appear in each row.',
      ),
    fields: z
      .record(z.string().min(1).max(200), Field)
      .describe(
        'The fields of the result. All operations except `first`, `last` and `list` ignore null and undefined. `count` without a value counts items.',
      ),
  }),
  output:
    'Without `groupBy`, an object with the fields. With `groupBy`, a list with a row for each group in order of first appearance: `group` (or the fields of the `groupBy` object) and the fields. Without any values, sum and count are 0, a list is empty, and all others are null.',
  example: {
    items: [
      { country: 'de', total: 5 },
      { country: 'fr', total: 7 },
      { country: 'de', total: 3 },
    ],
    groupBy: '{{ item.country }}',
    fields: { orders: { op: 'count' }, total: { op: 'sum', value: '{{ item.total }}' } },
  },
  deferred: ['groupBy', 'fields'],
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, evaluate }) => {
    const fields = Object.entries(params.fields).map(([name, field]) => ({
      name,
      op: field.op,
      hasValue: field.value !== undefined,
    }))
    const newGroup = (key: Row): Group => ({ key, tallies: fields.map(() => newTally()) })
    const groups = new Map<string, Group>()
    if (params.groupBy === undefined) groups.set('', newGroup({}))
    for (const [index, item] of params.items.entries()) {
      const values = evaluate('fields', { item, index }) as Record<string, { value?: unknown }>
      const key = params.groupBy === undefined ? undefined : (evaluate('groupBy', { item, index }) ?? null)
      const name = key === undefined ? '' : canonicalJson(key)
      let group = groups.get(name)
      if (group === undefined) {
        group = newGroup(isRow(key) ? key : { group: key })
        groups.set(name, group)
      }
      for (const [at, field] of fields.entries()) {
        const value = field.hasValue ? values[field.name]?.value : item
        add(group.tallies[at] as Tally, field, value, index)
      }
    }
    const rows = [...groups.values()].map(({ key, tallies }) => ({
      ...key,
      ...Object.fromEntries(fields.map(({ name, op }, at) => [name, resultOf(op, tallies[at] as Tally)])),
    }))
    return { output: params.groupBy === undefined ? rows[0] : rows }
  },
})

type Group = { key: Row; tallies: Tally[] }
type Tally = {
  seen: number
  count: number
  sum: number
  best: unknown
  first: unknown
  last: unknown
  list: unknown[]
}

const newTally = (): Tally => ({
  seen: 0,
  count: 0,
  sum: 0,
  best: null,
  first: null,
  last: null,
  list: [],
})

function add(
  tally: Tally,
  { name, op, hasValue }: { name: string; op: Operation; hasValue: boolean },
  value: unknown,
  index: number,
): void {
  if (tally.seen++ === 0) tally.first = value ?? null
  tally.last = value ?? null
  if (op === 'list') tally.list.push(value ?? null)
  if (op === 'count' && !hasValue) tally.count++
  if (isMissing(value) || (op === 'count' && !hasValue)) return
  tally.count++
  if (op === 'sum' || op === 'avg') {
    if (typeof value !== 'number')
      throw badData(
        'data.not_a_number',
        `fields.${name}, item ${index}: ${op} requires numbers but got ${typeof value}`,
      )
    tally.sum += value
  } else if (op === 'min' || op === 'max') {
    const verdict = tally.count === 1 ? 0 : compareValues(value, tally.best)
    if (tally.count === 1 || (op === 'min' ? verdict < 0 : verdict > 0)) tally.best = value
  }
}

function resultOf(op: Operation, tally: Tally): unknown {
  switch (op) {
    case 'count':
      return tally.count
    case 'sum':
      return tally.sum
    case 'avg':
      return tally.count === 0 ? null : tally.sum / tally.count
    case 'min':
    case 'max':
      return tally.best
    case 'first':
      return tally.first
    case 'last':
      return tally.last
    case 'list':
      return tally.list
  }
}
