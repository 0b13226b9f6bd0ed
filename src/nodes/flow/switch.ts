import * as z from 'zod'
import { pureNode } from '../node.ts'

const Port = z
  .string()
  .min(1)
  .max(64)
  .refine((port) => port !== 'error', { message: 'must not be "error", which is the port of failures' })

/** `error` is reserved for failures, so no case may use it. */
const NOWHERE = ''

export const flowSwitch = pureNode({
  type: 'flow.switch',
  category: 'flow',
  summary: 'Continues at one of several ports.',
  params: z.strictObject({
    cases: z
      .array(
        z.strictObject({
          port: Port.describe('The port of the case. Several cases can share a port.'),
          when: z.unknown().describe('Any value. The node uses JavaScript’s rules for true and false.'),
        }),
      )
      .min(1)
      .max(100)
      .describe('The first case that is true decides.'),
    default: Port.optional().describe(
      'The port if no case is true. If omitted, the node then continues at no port.',
    ),
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
