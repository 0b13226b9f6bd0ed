import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const flowNoop = pureNode({
  type: 'flow.noop',
  category: 'flow',
  summary: 'Passes its input on.',
  params: z.strictObject({}),
  output: 'The previous output.',
  example: {},
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  compute: ({ prev }) => ({ output: prev }),
})
