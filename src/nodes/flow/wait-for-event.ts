import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { NodeFailure, pureNode } from '../node.ts'

export const flowWaitForEvent = pureNode({
  type: 'flow.waitForEvent',
  category: 'flow',
  summary:
    'Waits for an event of the team, or for a signal that is sent to the run. Only events that arrive while it waits count. A signal that was sent earlier is kept for it.',
  params: z.strictObject({
    name: z
      .string()
      .min(1)
      .max(200)
      .describe(
        'The name of the event or signal, or a pattern such as `order.*`. A star matches any characters.',
      ),
    filter: z
      .unknown()
      .optional()
      .describe(
        'An expression with the data of the event as `item`. Only events for which it is true end the wait; if it cannot be evaluated, the event does not count. Other events are ignored. A signal that does not match is kept for a later wait.',
      ),
    timeoutMs: z
      .number()
      .int()
      .min(1)
      .max(366 * DAY_MS)
      .optional()
      .describe('After this time, the node continues at the port `timeout`. Default: no limit.'),
  }),
  output: 'At `main`, the data of the event; at `timeout`, null.',
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

/** Anyone can send any data under this name, so data that breaks the filter must not end the wait. */
function accepts(filter: () => unknown): boolean {
  try {
    return Boolean(filter())
  } catch (error) {
    if (error instanceof NodeFailure) return false
    throw error
  }
}
