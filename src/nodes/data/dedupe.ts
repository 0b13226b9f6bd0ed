import * as z from 'zod'
import { canonicalJson } from '../../core/json.ts'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { items } from './items.ts'

export const dataDedupe = pureNode({
  type: 'data.dedupe',
  category: 'data',
  summary: 'Removes repeated items from a list.',
  params: z.strictObject({
    items,
    by: z
      .unknown()
      .optional()
      .describe(
        'The key by which items are compared, as an expression with `item` and `index`. Default: the whole item.',
      ),
  }),
  output: 'The list with the first item of each key. The order of an object’s fields does not matter.',
  example: { items: [{ id: 1 }, { id: 2 }, { id: 1 }], by: '{{ item.id }}' },
  deferred: ['by'],
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, evaluate }) => {
    const seen = new Set<string>()
    return {
      output: params.items.filter((item, index) => {
        const key = canonicalJson(params.by === undefined ? item : evaluate('by', { item, index }))
        if (seen.has(key)) return false
        seen.add(key)
        return true
      }),
    }
  },
})
