import { Triggers } from '../definition.ts'
import { type Problems, quoted } from '../problem.ts'
import type { Outline } from './outline.ts'
import { parse } from './read.ts'

/** Checks the triggers that stand beside a definition and returns the nodes that they start at. */
export function checkTriggers(raw: unknown, outline: Outline, problems: Problems): Set<string> {
  const entries = new Set<string>()
  if (raw === undefined) return entries
  const triggers = parse(Triggers, raw, ['triggers'], problems)
  const keys = new Set<string>()
  const undone = new Set(outline.nodes.map(({ node }) => node.undo))
  triggers?.forEach(({ key, type, entry }, position) => {
    const name = key ?? type
    if (keys.has(name)) {
      const message = `Another trigger has the key ${quoted(name)}`
      problems.add(['triggers', position, 'key'], 'trigger.duplicate_key', message)
    }
    keys.add(name)
    if (entry === undefined) return
    entries.add(entry)
    const index = outline.byId.get(entry)
    if (index !== undefined && outline.nodes[index]!.scope === 0 && !undone.has(entry)) return
    const message = `There is no node ${quoted(entry)} that a run could start at`
    problems.add(['triggers', position, 'entry'], 'trigger.unknown_entry', message)
  })
  return entries
}
