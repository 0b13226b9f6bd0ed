import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { badData, isRow } from './items.ts'

export const dataSet = pureNode({
  type: 'data.set',
  category: 'data',
  summary: 'Builds an object from values.',
  params: z.strictObject({
    values: z.record(z.string(), z.unknown()).describe('The fields of the object.'),
    keep: z.boolean().optional().meta({
      description: 'Start from the previous output, which must be an object, instead of an empty one.',
      default: false,
    }),
  }),
  output: 'The object.',
  example: { values: { total: '{{ prev.price * 2 }}' } },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: (input) => {
    const { params } = input
    // Reading `prev` parses it, so it is only read if it is needed.
    const kept = params.keep ? (input.prev ?? {}) : {}
    if (!isRow(kept)) {
      const what = Array.isArray(kept) ? 'a list' : `a ${typeof kept}`
      throw badData('data.not_an_object', `keep: the previous output is ${what}, not an object`)
    }
    return { output: { ...kept, ...params.values } }
  },
})
