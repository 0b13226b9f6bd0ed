import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { items, perItem } from './items.ts'

export const dataFilter = pureNode({
  type: 'data.filter',
  category: 'data',
  summary: 'Keeps the items of a list that meet a condition.',
  params: z.strictObject({
    items,
    condition: perItem('Evaluated for each item, with the item as `item` and its position as `index`.'),
  }),
  output: 'The list of kept items, in order.',
  example: { items: [{ total: 5 }, { total: 50 }], condition: '{{ item.total > 10 }}' },
  deferred: ['condition'],
  conditions: ['condition'],
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, evaluate }) => ({
    output: params.items.filter((item, index) => Boolean(evaluate('condition', { item, index }))),
  }),
})
