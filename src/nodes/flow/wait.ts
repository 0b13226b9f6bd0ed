import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { isFixed } from '../fixed.ts'
import { NodeFailure, pureNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

const MAX_WAIT_MS = 366 * DAY_MS

export const flowWait = pureNode({
  type: 'flow.wait',
  category: 'flow',
  summary: 'Waits for a duration or until a time. It never ends early and uses no slot while it waits.',
  params: z
    .strictObject({
      durationMs: z
        .number()
        .int()
        .min(0)
        .max(MAX_WAIT_MS)
        .optional()
        .describe('How long to wait, from the start of the node.'),
      until: z
        .union([z.string().max(100), z.number()])
        .optional()
        .describe(
          'When to continue: ISO 8601 with an offset, or milliseconds since 1970. A time in the past does not wait.',
        ),
    })
    .refine(({ durationMs, until }) => (durationMs === undefined) !== (until === undefined), {
      message: 'provide either durationMs or until',
    }),
  output: '`{ waitedMs }`: the intended waiting time.',
  example: { durationMs: 60_000 },
  ports: mainPort,
  needsCredential: false,
  mayWait: true,
  effectful: false,
  check: ({ until }) =>
    typeof until === 'string' && isFixed(until) && !TIMESTAMP.test(until)
      ? [{ at: ['until'], message: 'must be a time in ISO 8601 with an offset' }]
      : [],
  compute: ({ params, nowMs }) => {
    const until = params.until === undefined ? nowMs + (params.durationMs ?? 0) : timeOf(params.until)
    const output = { waitedMs: Math.max(0, until - nowMs) }
    if (output.waitedMs > MAX_WAIT_MS) throw bad('until is more than a year away')
    if (output.waitedMs === 0) return { output }
    return { wait: { kind: 'timer', until, onDue: { port: 'main', output } } }
  },
})

/** Without an offset, the time would depend on the server's location. A plain date means midnight in UTC. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/

function timeOf(until: string | number): number {
  const time =
    typeof until === 'number' ? Math.ceil(until) : TIMESTAMP.test(until) ? Date.parse(until) : Number.NaN
  if (Number.isNaN(time)) throw bad('until must be a time in ISO 8601 with an offset')
  return time
}

const bad = (message: string): NodeFailure =>
  new NodeFailure({ code: 'params.invalid', message, retryable: false })
