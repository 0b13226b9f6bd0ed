import { LIMITS, Trigger } from '../definition.ts'
import { type Problems, quoted } from '../problem.ts'
import { mend } from './mend.ts'
import type { Outline } from './outline.ts'

/** Checks the triggers that stand beside a definition and returns the nodes that they start at. */
export function checkTriggers(raw: unknown, outline: Outline, problems: Problems): Set<string> {
  const entries = new Set<string>()
  if (raw === undefined) return entries
  if (!Array.isArray(raw)) {
    problems.add(['triggers'], 'definition.invalid', 'The triggers are a list')
    return entries
  }
  if (raw.length > LIMITS.triggers) {
    const message = `${raw.length} triggers, at most ${LIMITS.triggers} are allowed`
    problems.add(['triggers'], 'definition.invalid', message)
    return entries
  }
  const keys = new Set<string>()
  const undone = new Set(outline.nodes.map(({ node }) => node.undo))
  raw.forEach((one: unknown, position) => {
    const at = ['triggers', position]
    const trigger = mend<Trigger>(Trigger, one, at, problems)?.value
    if (trigger === undefined) return
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
    const message = `There is no node ${quoted(entry)} that a run could start at`
    problems.add([...at, 'entry'], 'trigger.unknown_entry', message)
  })
  return entries
}
