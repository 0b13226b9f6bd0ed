import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { items, perItem } from './items.ts'

export const dataMap = pureNode({
  type: 'data.map',
  category: 'data',
  summary: 'Makes a new value out of each item of a list.',
  params: z.strictObject({
    items,
    value: perItem(
      'What becomes of an item: an expression, or anything that holds some. It sees `item` and `index`.',
    ),
  }),
  output: 'The list of the new values, in order.',
  example: { items: [1, 2, 3], value: { number: '{{ item }}', square: '{{ item * item }}' } },
  deferred: ['value'],
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, evaluate }) => ({
    // JSON has no undefined: in a list it stands as null.
    output: params.items.map((item, index) => evaluate('value', { item, index }) ?? null),
  }),
})
