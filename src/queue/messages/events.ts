import * as z from 'zod'

/** An event was accepted: the runs that it starts stand in its row. */
export const EventDispatch = z.object({
  type: z.literal('event.dispatch'),
  teamId: z.string(),
  eventId: z.string(),
})
export type EventDispatch = z.infer<typeof EventDispatch>

/** An event is to reach the runs that wait for it: those with this key, from after a run on, or one run that did not answer. */
export const EventDeliver = z.object({
  type: z.literal('event.deliver'),
  teamId: z.string(),
  eventId: z.string(),
  after: z.object({ key: z.string(), runId: z.string() }).optional(),
  runId: z.string().optional(),
})
export type EventDeliver = z.infer<typeof EventDeliver>
