/** Names of events are dotted words; in a pattern, `*` stands for any characters, dots too. */
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
 * What a name that is waited for is found by: a pattern by its text up to the first star, with the star. An event asks for
 * `keysOfEvent`, so however many patterns there are, those that may fit are found by an index.
 */
export function eventKey(pattern: string): string {
  const star = pattern.indexOf('*')
  return star < 0 ? pattern : pattern.slice(0, star + 1)
}

export const keysOfEvent = (name: string): string[] => [
  name,
  ...Array.from({ length: name.length + 1 }, (_, length) => `${name.slice(0, length)}*`),
]
