import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'

/** As a pattern of a trigger, without the star. */
const EventName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9_:/-]+(\.[A-Za-z0-9_:/-]+)*$/, 'words with dots between them, such as order.created')

export const SendEvent = z
  .strictObject({
    name: EventName,
    data: JsonValue.default(null),
    id: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/, '1 to 200 visible ASCII characters')
      .optional()
      .describe('The same id again is the same event: nothing is started twice.'),
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
    /** Whether an event with this id was here before; its runs are named again. */
    duplicate: z.boolean(),
    runs: z.array(Target).describe('The runs that the event starts, within a moment.'),
    skipped: z
      .array(
        z.strictObject({
          triggerKey: z.string(),
          workflowId: z.string(),
          reason: z
            .enum(['filter', 'filter_failed', 'equal', 'too_many'])
            .describe(
              'Its filter did not take the event or could not be evaluated; an equal trigger of the workflow takes it; or 1,000 others do.',
            ),
          detail: z.string().nullable(),
        }),
      )
      .describe(
        'Triggers that listen to the name and start no run; of those beyond 1,000 the first 100 are named.',
      ),
    waiting: z
      .int()
      .describe(
        'How many runs were known to wait for the name or a pattern of it when the event came, counted up to 1,000; one that waits under several counts for each. The event goes to all of them, and to those that had begun to wait by then; whether its filter takes it each run decides, and its events say so.',
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
        'Of an event that was sent, or the name or pattern that a trigger listens to or a run waits for.',
      ),
    seen: z.int().describe('How many came in the last 30 days.'),
    lastSeenAt: z.iso.datetime().nullable(),
    listeners: z
      .array(z.strictObject({ workflowId: z.string(), triggerKey: z.string() }))
      .describe('Active event triggers for just this name or pattern, at most 100.'),
    waiting: z.int().describe('How many runs wait for it under just this name or pattern.'),
  })
  .describe('A name that the team sends to POST /events, or listens to.')

const OutboundType = z
  .strictObject({
    direction: z.literal('out'),
    name: z.string().describe('The name, as patterns of webhooks see it.'),
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
    .describe('`in`: events that the team sends. `out`: events that webhooks get. Default: both.'),
})
export type ListEventTypes = z.infer<typeof ListEventTypes>
