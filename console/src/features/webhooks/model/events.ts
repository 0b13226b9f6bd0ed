// The events of a webhook as names and patterns, and as ticks of a form. A group is all events with the same first word.

export type EventType = { name: string; description: string }
export type EventGroup = { name: string; pattern: string; types: EventType[] }

/** What most webhooks are about comes first. */
const FIRST = ['run', 'task']
const rankOf = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)

export function groupsOf(types: readonly EventType[]): EventGroup[] {
  const groups = new Map<string, EventType[]>()
  for (const type of types) {
    const name = type.name.split('.')[0] ?? type.name
    groups.set(name, [...(groups.get(name) ?? []), type])
  }
  return [...groups]
    .map(([name, own]) => ({ name, pattern: `${name}.*`, types: own }))
    .sort((a, b) => rankOf(a.name) - rankOf(b.name))
}

/** `*` matches any characters. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}

export const isOn = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => matches(pattern, name))

/** The patterns after a tick was set or removed. A group that loses one event becomes the names of the others. */
export function toggledEvent(patterns: readonly string[], group: EventGroup, name: string): string[] {
  if (!isOn(patterns, name)) return [...patterns, name]
  const others = patterns.filter((pattern) => !matches(pattern, name))
  const kept = group.types.filter(
    (type) => type.name !== name && isOn(patterns, type.name) && !isOn(others, type.name),
  )
  return [...others, ...kept.map((type) => type.name)]
}

export const isWholeGroup = (patterns: readonly string[], group: EventGroup): boolean =>
  patterns.includes('*') || patterns.includes(group.pattern)

/** All events of the group, also those of later versions, or none of them. */
export function toggledGroup(patterns: readonly string[], group: EventGroup): string[] {
  const others = patterns.filter(
    (pattern) => pattern !== group.pattern && !group.types.some(({ name }) => name === pattern),
  )
  return patterns.includes(group.pattern) ? others : [...others, group.pattern]
}

/** Patterns that are neither an event nor a group of the form. */
export const ownPatterns = (patterns: readonly string[], groups: readonly EventGroup[]): string[] =>
  patterns.filter(
    (one) =>
      one !== '*' &&
      !groups.some(({ pattern, types }) => pattern === one || types.some(({ name }) => name === one)),
  )

/** What it receives, in a line. */
export const eventsText = (patterns: readonly string[]): string =>
  patterns.includes('*') ? 'all events' : patterns.join(', ')
