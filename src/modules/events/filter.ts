import type { Json } from '../../core/json.ts'
import { judgeFilter as judge, type Verdict } from '../../engine/triggers/trigger-filter.ts'

export type InboundEvent = { name: string; data: Json; id: string; at: string }

/** The filter of an event trigger sees the event as `input`, like the run, and its data as `item`, like `flow.waitForEvent`. */
export const judgeFilter = (filter: unknown, event: InboundEvent): Verdict =>
  judge(filter, { input: event, item: event.data, now: Date.parse(event.at) })
