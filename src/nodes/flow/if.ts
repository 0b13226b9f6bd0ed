import * as z from 'zod'
import { pureNode } from '../node.ts'

export const flowIf = pureNode({
  type: 'flow.if',
  category: 'flow',
  summary: 'Continues at one of two ports.',
  params: z.strictObject({
    condition: z.unknown().describe('Any value. The node uses JavaScript’s rules for true and false.'),
  }),
  output: 'The previous output.',
  example: { condition: '{{ prev.total > 1000 }}' },
  conditions: ['condition'],
  mockPort: 'computed',
  ports: () => ['true', 'false'],
  needsCredential: false,
  effectful: false,
  compute: ({ params, prev }) => ({ output: prev, port: params.condition ? 'true' : 'false' }),
})
