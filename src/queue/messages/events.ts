import * as z from 'zod'

/** An event was received. Its row lists the runs to start. */
export const EventDispatch = z.object({
  type: z.literal('event.dispatch'),
  teamId: z.string(),
  eventId: z.string(),
})
export type EventDispatch = z.infer<typeof EventDispatch>

/** Delivers an event to waiting runs: those with this key, starting after a run, or a single run that did not respond. */
export const EventDeliver = z.object({
  type: z.literal('event.deliver'),
  teamId: z.string(),
  eventId: z.string(),
  after: z.object({ key: z.string(), runId: z.string() }).optional(),
  runId: z.string().optional(),
})
export type EventDeliver = z.infer<typeof EventDeliver>
