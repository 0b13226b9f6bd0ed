/** Event names are words separated by dots. In a pattern, `*` matches any characters, including dots. */
const PATTERN = /^[A-Za-z0-9_:/-]*(?:[.*][A-Za-z0-9_:/-]*)*$/

export const isEventPattern = (text: string): boolean =>
  text !== '' && PATTERN.test(text) && !text.includes('..') && !text.startsWith('.') && !text.endsWith('.')

/** Greedy with one step back, so that no pattern costs more than its length times that of the name. */
export function matchesEvent(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let retry = 0
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++
      retry = n
    } else if (pattern[p] === name[n]) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++retry
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/**
 * The keys under which an awaited name is indexed: a pattern by its text up to the first star, including the star. An
 * event looks up `keysOfEvent`, so an index finds the matching patterns, however many there are.
 */
export function eventKey(pattern: string): string {
  const star = pattern.indexOf('*')
  return star < 0 ? pattern : pattern.slice(0, star + 1)
}

export const keysOfEvent = (name: string): string[] => [
  name,
  ...Array.from({ length: name.length + 1 }, (_, length) => `${name.slice(0, length)}*`),
]
