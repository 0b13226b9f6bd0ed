// Whether an event trigger's filter takes an event. It sees the event as `input`, as the run will, and its data as `item`, as
// the filter of `flow.waitForEvent` does.
import type { Json } from '../../core/json.ts'
import { compileTemplate, evaluateTemplate } from '../../engine/expression/index.ts'

export type InboundEvent = { name: string; data: Json; id: string; at: string }

export type Verdict = { takes: true } | { takes: false; fault: string | null }

/** A filter that cannot be evaluated takes nothing: anybody in the team may send any data under a name. */
export function judgeFilter(filter: unknown, event: InboundEvent): Verdict {
  if (filter === undefined) return { takes: true }
  if (typeof filter !== 'string') return verdictOf(filter)
  const template = compileTemplate(filter)
  if (!template.ok) return { takes: false, fault: template.error.message }
  const scope = { input: event, item: event.data, now: Date.parse(event.at) }
  const result = evaluateTemplate(template.value, scope)
  return result.ok ? verdictOf(result.value) : { takes: false, fault: result.error.message }
}

const verdictOf = (value: unknown): Verdict => (value ? { takes: true } : { takes: false, fault: null })
