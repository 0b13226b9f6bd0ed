import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { key } from './key.ts'

export const storeGet = effectNode({
  type: 'store.get',
  category: 'store',
  summary: 'Reads a value that the team’s runs share.',
  params: z.strictObject({
    key,
    default: z
      .unknown()
      .optional()
      .meta({ description: 'The output if there is no entry or it has expired.', default: null }),
  }),
  output: 'The value.',
  example: { key: 'orders.last', default: 0 },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  run: async ({ store }, { params }) => {
    const { found, value } = await store.get(params.key)
    return { output: found ? value : (params.default ?? null) }
  },
})
