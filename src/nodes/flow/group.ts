import * as z from 'zod'
import { pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

/** The engine executes the body itself. `compute` exists only for the type. */
export const flowGroup = pureNode({
  type: 'flow.group',
  category: 'flow',
  summary: 'Runs a part of the workflow as one node, optionally once for each item.',
  // The engine reads `body`, so it never reaches this schema.
  params: z.strictObject({}),
  output: 'The value of `body.output`, or the output of the body’s last nodes.',
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
