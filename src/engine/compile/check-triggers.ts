import { paramsReferences, surveyParams } from '../expression/index.ts'
import { LIMITS, Trigger } from '../model/definition.ts'
import { type Location, type Problems, quoted } from '../model/problem.ts'
import { nextFire } from '../schedule/next-fire.ts'
import { compileSchedule } from '../schedule/trigger.ts'
import { reportErrors } from './check-expressions.ts'
import { checkWebhook } from './check-webhook.ts'
import { checkCondition } from './condition.ts'
import type { Outline } from './outline.ts'
import { readPartial } from './read-partial.ts'

/** Checks the triggers of a definition, and returns the nodes that they start at. */
export function checkTriggers(raw: unknown, outline: Outline, problems: Problems): Set<string> {
  const entries = new Set<string>()
  if (raw === undefined) return entries
  if (!Array.isArray(raw)) {
    problems.add(['triggers'], 'definition.invalid', 'triggers must be a list')
    return entries
  }
  if (raw.length > LIMITS.triggers) {
    const message = `The workflow has ${raw.length} triggers; at most ${LIMITS.triggers} are allowed`
    problems.add(['triggers'], 'definition.invalid', message)
    return entries
  }
  const keys = new Set<string>()
  const undone = new Set(outline.nodes.map(({ node }) => node.undo))
  raw.forEach((one: unknown, position) => {
    const at = ['triggers', position]
    const trigger = readPartial<Trigger>(Trigger, one, at, problems)?.value
    if (trigger === undefined) return
    if (trigger.type === 'schedule') checkFires(trigger, [...at, 'cron'], problems)
    if (trigger.type === 'event') checkFilter('event', trigger.filter, [...at, 'filter'], problems)
    if (trigger.type === 'webhook') {
      checkFilter('webhook', trigger.filter, [...at, 'filter'], problems)
      checkWebhook(trigger, at, problems)
    }
    const { key, type, entry } = trigger
    const name = key ?? type
    if (name !== undefined && keys.has(name)) {
      problems.add([...at, 'key'], 'trigger.duplicate_key', `Another trigger has the key ${quoted(name)}`)
    }
    if (name !== undefined) keys.add(name)
    if (entry === undefined) return
    entries.add(entry)
    const index = outline.byId.get(entry)
    if (index !== undefined && outline.nodes[index]!.scope === 0 && !undone.has(entry)) return
    const message = `A run cannot start at ${quoted(entry)}: the workflow has no such node`
    problems.add([...at, 'entry'], 'trigger.unknown_entry', message)
  })
  return entries
}

/** What the filter of a trigger can use. There is no run yet. */
const FILTER_NAMES = ['input', 'item', 'now']
const FILTER_HINTS = {
  event: 'Use input for the event, item for its data, and now',
  webhook: 'Use input for the delivery, item for its body, and now',
}

function checkFilter(
  type: keyof typeof FILTER_HINTS,
  filter: unknown,
  at: Location,
  problems: Problems,
): void {
  const survey = surveyParams(filter, undefined, problems.regexes)
  reportErrors(survey.errors, at, problems)
  for (const { names } of paramsReferences(survey)) {
    for (const name of names) {
      if (FILTER_NAMES.includes(name)) continue
      const message = `The filter of ${type === 'event' ? 'an event' : 'a webhook'} trigger cannot use "${name}"`
      problems.add(at, 'expression.unknown_name', message, FILTER_HINTS[type])
    }
  }
  checkCondition(filter, at, problems)
}

function checkFires(trigger: Parameters<typeof compileSchedule>[0], at: Location, problems: Problems): void {
  if (trigger.cron === undefined) return
  const schedule = compileSchedule(trigger)
  if (!schedule.ok || nextFire(schedule.value, 0) !== null) return
  problems.add(at, 'trigger.never_fires', 'The schedule never fires: no year has such a day')
}
