import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

/** The engine opens the body itself; `compute` is only there for the type. */
export const flowGroup = pureNode({
  type: 'flow.group',
  category: 'flow',
  summary: 'Runs a part of the workflow as one node, also once for each item.',
  // `body` is read by the engine and never reaches this schema.
  params: z.strictObject({}),
  output: 'What `body.output` says, else what the last nodes of the body gave.',
  example: {
    body: {
      nodes: [{ id: 'inner', type: 'data.set', params: { values: { text: 'done' } } }],
      output: '{{ nodes.inner.text }}',
    },
  },
  ports: mainPort,
  kind: 'group',
  needsCredential: false,
  effectful: false,
  compute: ({ prev }) => ({ output: prev }),
})
