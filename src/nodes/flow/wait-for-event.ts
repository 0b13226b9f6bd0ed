import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { NodeFailure, pureNode } from '../node.ts'

export const flowWaitForEvent = pureNode({
  type: 'flow.waitForEvent',
  category: 'flow',
  summary:
    'Waits for an event of the team, or for a signal that is sent to the run. Of events those count that come while it waits; a signal that came before is kept for it.',
  params: z.strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .describe(
        'The name of the event or signal, or a pattern such as `order.*`, in which a star stands for any characters.',
      ),
    filter: z
      .unknown()
      .optional()
      .describe(
        'An expression that sees the data of the event as `item`; only an event for which it is true counts. One that it cannot be evaluated for does not. Other events leave no trace; a signal that is not taken is kept for a later wait.',
      ),
    timeoutMs: z
      .number()
      .int()
      .min(1)
      .max(366 * DAY_MS)
      .optional()
      .describe('Goes on at the port `timeout` after so long; default waits for ever.'),
  }),
  output: 'At `main` the data of the event; at `timeout` null.',
  example: {
    name: 'payment.received',
    filter: '{{ item.orderId === input.orderId }}',
    timeoutMs: 86_400_000,
  },
  deferred: ['filter'],
  conditions: ['filter'],
  mockPort: () => 'main',
  ports: () => ['main', 'timeout'],
  needsCredential: false,
  mayWait: true,
  effectful: false,
  compute: ({ params: { name, timeoutMs }, nowMs }) => ({
    wait: {
      kind: 'signal',
      name,
      ...(timeoutMs === undefined
        ? {}
        : { until: nowMs + timeoutMs, onDue: { port: 'timeout', output: null } }),
    },
  }),
  onSignal: ({ params, evaluate }, data) => {
    if (params.filter !== undefined && !accepts(() => evaluate('filter', { item: data }))) return null
    return { output: data, port: 'main' }
  },
})

/** Anybody may send any data under the name: data that the filter does not fit must not end the wait. */
function accepts(filter: () => unknown): boolean {
  try {
    return Boolean(filter())
  } catch (error) {
    if (error instanceof NodeFailure) return false
    throw error
  }
}
