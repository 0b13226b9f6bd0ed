import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'

/** Like the pattern of a trigger, but without `*`. */
const EventName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9_:/-]+(\.[A-Za-z0-9_:/-]+)*$/, 'must be words separated by dots, such as order.created')

export const SendEvent = z
  .strictObject({
    name: EventName,
    data: JsonValue.default(null),
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, 'must have 1 to 200 visible ASCII characters')
      .optional()
      .describe('Sending the same id again is the same event and starts nothing.'),
  })
  .meta({ id: 'SendEvent' })
export type SendEvent = z.infer<typeof SendEvent>

const Target = z.strictObject({
  triggerId: z.string(),
  triggerKey: z.string(),
  workflowId: z.string(),
  runId: z.string(),
})
export type Target = z.infer<typeof Target>

export const EventReceipt = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    at: z.iso.datetime(),
    /** Whether an event with this id was already received. The response lists its runs again. */
    duplicate: z.boolean(),
    runs: z.array(Target).describe('The runs that the event starts. They start immediately afterwards.'),
    skipped: z
      .array(
        z.strictObject({
          triggerKey: z.string(),
          workflowId: z.string(),
          reason: z
            .enum(['filter', 'filter_failed', 'equal', 'too_many'])
            .describe(
              'Why the trigger starts no run: its filter did not match (`filter`) or could not be evaluated (`filter_failed`), an equal trigger of the workflow starts the run (`equal`), or 1,000 other triggers do (`too_many`).',
            ),
          detail: z.string().nullable(),
        }),
      )
      .describe(
        'Triggers for this name that start no run. Of those beyond the limit of 1,000, the first 100 are listed.',
      ),
    waiting: z
      .int()
      .describe(
        'How many runs waited for the name or a matching pattern when the event arrived, counted up to 1,000. A run with several matching waits counts once for each. The event goes to all of them. Each run evaluates its own filter and records the result in its events.',
      ),
  })
  .meta({ id: 'EventReceipt' })
export type EventReceipt = z.infer<typeof EventReceipt>

export const InboundType = z
  .strictObject({
    direction: z.literal('in'),
    name: z
      .string()
      .describe(
        'The name of an event that was sent, or the name or pattern that a trigger listens to or a run waits for.',
      ),
    seen: z.int().describe('How many were received in the last 30 days.'),
    lastSeenAt: z.iso.datetime().nullable(),
    listeners: z
      .array(z.strictObject({ workflowId: z.string(), triggerKey: z.string() }))
      .describe('Active event triggers for exactly this name or pattern, at most 100.'),
    waiting: z.int().describe('How many runs wait for exactly this name or pattern.'),
  })
  .describe('A name that the team sends to POST /events, or listens to.')

const OutboundType = z
  .strictObject({
    direction: z.literal('out'),
    name: z.string().describe('The name, which patterns of webhooks match.'),
    description: z.string(),
    schema: z
      .record(z.string(), JsonValue)
      .describe('A JSON Schema of the event, which is `data` in the body of a webhook.'),
    example: z.record(z.string(), JsonValue).describe('An event as an example.'),
  })
  .describe('An event that the service sends to webhooks.')

export const EventType = z
  .discriminatedUnion('direction', [InboundType, OutboundType])
  .meta({ id: 'EventType' })
export type EventType = z.infer<typeof EventType>

export const EventTypePage = pageOf(EventType).meta({ id: 'EventTypePage' })

export const ListEventTypes = listQuery(['name'], {
  direction: z
    .enum(['in', 'out'])
    .optional()
    .describe('`in`: events that the team sends. `out`: events that webhooks receive. Default: both.'),
})
export type ListEventTypes = z.infer<typeof ListEventTypes>
