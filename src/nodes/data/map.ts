import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { items, perItem } from './items.ts'

export const dataMap = pureNode({
  type: 'data.map',
  category: 'data',
  summary: 'Converts each item of a list to a new value.',
  params: z.strictObject({
    items,
    value: perItem(
      'The new value: an expression, or any value that contains expressions, with `item` and `index`.',
    ),
  }),
  output: 'The list of the new values, in order.',
  example: { items: [1, 2, 3], value: { number: '{{ item }}', square: '{{ item * item }}' } },
  deferred: ['value'],
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, evaluate }) => ({
    // JSON has no undefined, so it becomes null in a list.
    output: params.items.map((item, index) => evaluate('value', { item, index }) ?? null),
  }),
})
