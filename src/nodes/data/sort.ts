import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { items, perItem } from './items.ts'
import { compareValues, isMissing } from './order.ts'

const Order = z.enum(['asc', 'desc'])

export const dataSort = pureNode({
  type: 'data.sort',
  category: 'data',
  summary: 'Sorts a list by one or more keys.',
  params: z.strictObject({
    items,
    by: perItem(
      'The key of an item, as an expression with `item` and `index`, or a list of keys. Later keys decide if earlier ones are equal.',
    ),
    order: z
      .union([Order, z.array(Order).max(20)])
      .optional()
      .meta({
        description: '`asc` or `desc`, for all keys, or a list with one for each key.',
        default: 'asc',
      }),
  }),
  output:
    'The sorted list; equal items keep their order. Numbers come before texts (by code units), then false and true, then lists and objects; missing keys (null, undefined) always come last.',
  example: {
    items: [
      { name: 'Ink', price: 10 },
      { name: 'Pen', price: 2 },
    ],
    by: ['{{ item.price }}', '{{ item.name.toLowerCase() }}'],
    order: ['desc', 'asc'],
  },
  deferred: ['by'],
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, evaluate }) => {
    const { order = 'asc' } = params
    const isDescending = (at: number): boolean => (Array.isArray(order) ? order[at] : order) === 'desc'
    const keyed = params.items.map((item, index) => {
      const key = evaluate('by', { item, index })
      return { item, keys: Array.isArray(key) ? key : [key] }
    })
    keyed.sort((left, right) => {
      const length = Math.max(left.keys.length, right.keys.length)
      for (let at = 0; at < length; at++) {
        const verdict = compareKeys(left.keys[at], right.keys[at], isDescending(at))
        if (verdict !== 0) return verdict
      }
      return 0
    })
    return { output: keyed.map(({ item }) => item) }
  },
})

function compareKeys(left: unknown, right: unknown, descending: boolean): number {
  const missing = Number(isMissing(left)) - Number(isMissing(right))
  if (missing !== 0 || isMissing(left)) return missing
  const verdict = compareValues(left, right)
  return descending ? -verdict : verdict
}
