import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { items, MAX_ITEMS } from './items.ts'

export const dataSplit = pureNode({
  type: 'data.split',
  category: 'data',
  summary: 'Splits a list into parts.',
  params: z.strictObject({
    items,
    size: z
      .number()
      .int()
      .min(1)
      .max(MAX_ITEMS)
      .describe('The number of items in each part; the last part may have fewer.'),
  }),
  output: 'A list of lists, in order; empty for an empty list.',
  example: { items: [1, 2, 3, 4, 5], size: 2 },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params: { items: list, size } }) => ({
    output: Array.from({ length: Math.ceil(list.length / size) }, (_, part) =>
      list.slice(part * size, (part + 1) * size),
    ),
  }),
})
