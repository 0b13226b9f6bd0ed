import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const dataSet = pureNode({
  type: 'data.set',
  category: 'data',
  summary: 'Makes an object out of values.',
  params: z.strictObject({
    values: z.record(z.string(), z.unknown()).describe('The fields of the object.'),
    keep: z.boolean().optional().describe('Start from the previous output instead of an empty object.'),
  }),
  output: 'The object.',
  example: { values: { total: '{{ prev.price * 2 }}' } },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ params, prev }) => {
    const base = params.keep && typeof prev === 'object' && prev !== null && !Array.isArray(prev) ? prev : {}
    return { output: { ...base, ...params.values } }
  },
})
