import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const flowMerge = pureNode({
  type: 'flow.merge',
  category: 'flow',
  summary: 'Merges branches.',
  params: z.strictObject({
    mode: z.enum(['all', 'any', 'first', 'quorum']).optional().meta({
      description:
        '`all` waits for every branch; `any` continues with the first and ignores the others; `first` also cancels them; `quorum` waits for `count`.',
      default: 'all',
    }),
    count: z.number().int().min(1).optional().describe('For `quorum`: how many branches must arrive.'),
  }),
  output:
    'An object with the outputs of the branches that have arrived, by the id of the node they come from.',
  example: { mode: 'quorum', count: 1 },
  ports: mainPort,
  kind: 'merge',
  needsCredential: false,
  effectful: false,
  compute: ({ taken }) => ({ output: taken }),
})
