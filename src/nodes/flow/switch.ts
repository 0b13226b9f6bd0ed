import * as z from 'zod'
import { pureNode } from '../node.ts'

const Port = z
  .string()
  .min(1)
  .max(64)
  .refine((port) => port !== 'error', { message: '"error" is the port of failures' })

/** No edge can leave from it: outgoing ways all end here. */
const NOWHERE = ''

export const flowSwitch = pureNode({
  type: 'flow.switch',
  category: 'flow',
  summary: 'Goes one of several ways.',
  params: z.strictObject({
    cases: z
      .array(
        z.strictObject({
          port: Port.describe('Where it goes; several cases may share a port.'),
          when: z.unknown().describe('Any value; what counts as true in JavaScript counts here.'),
        }),
      )
      .min(1)
      .max(100)
      .describe('The first that is true counts.'),
    default: Port.optional().describe('The port when no case is true; without it no way is taken then.'),
  }),
  output: 'The previous output.',
  example: {
    cases: [
      { port: 'big', when: '{{ input.total > 1000 }}' },
      { port: 'small', when: '{{ input.total > 0 }}' },
    ],
    default: 'nothing',
  },
  conditions: ['cases[].when'],
  mockPort: 'computed',
  ports: (params) => {
    const cases = params.cases as { port: string }[]
    const ports = cases.map(({ port }) => port)
    if (typeof params.default === 'string') ports.push(params.default)
    return [...new Set(ports)]
  },
  needsCredential: false,
  effectful: false,
  compute: ({ params, prev }) => {
    const chosen = params.cases.find(({ when }) => Boolean(when))
    return { output: prev, port: chosen?.port ?? params.default ?? NOWHERE }
  },
})
