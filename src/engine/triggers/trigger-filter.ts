// Whether a trigger's filter accepts an event. There is no run yet, so it only sees the event and the time.
import { compileTemplate, evaluateTemplate } from '../expression/index.ts'

/** `input` is what the run would get, `item` the part that most filters use. */
export type FilterScope = { input: unknown; item: unknown; now: number }

export type Verdict = { takes: true } | { takes: false; fault: string | null }

/** If a filter cannot be evaluated, it accepts nothing, because the sender controls the data. */
export function judgeFilter(filter: unknown, scope: FilterScope): Verdict {
  if (filter === undefined) return { takes: true }
  if (typeof filter !== 'string') return verdictOf(filter)
  const template = compileTemplate(filter)
  if (!template.ok) return { takes: false, fault: template.error.message }
  const result = evaluateTemplate(template.value, scope)
  return result.ok ? verdictOf(result.value) : { takes: false, fault: result.error.message }
}

const verdictOf = (value: unknown): Verdict => (value ? { takes: true } : { takes: false, fault: null })
