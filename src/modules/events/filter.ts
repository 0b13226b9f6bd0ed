import type { Json } from '../../core/json.ts'
import { judgeFilter as judge, type Verdict } from '../../engine/triggers/trigger-filter.ts'

export type InboundEvent = { name: string; data: Json; id: string; at: string }

/** The filter of an event trigger sees the event as `input`, as the run will, and its data as `item`, as `flow.waitForEvent` does. */
export const judgeFilter = (filter: unknown, event: InboundEvent): Verdict =>
  judge(filter, { input: event, item: event.data, now: Date.parse(event.at) })
