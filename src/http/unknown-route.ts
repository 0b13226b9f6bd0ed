// Says what is wrong with a path that matches no route. Pure.
import { ID_PREFIXES, isId } from '../core/ids.ts'

const LIKE_AN_ID = new RegExp(`^(?:${ID_PREFIXES.join('|')})_`)
const WORD = /^[A-Za-z][A-Za-z-]*$/
const PARAMETER = /^:[A-Za-z]+(?:\{(.*)\})?$/
const MAX_SHOWN = 100

const isAnyId = (text: string): boolean => ID_PREFIXES.some((prefix) => isId(prefix, text))

const quoted = (text: string): string => JSON.stringify(text.slice(0, MAX_SHOWN))

/**
 * `patterns` are the paths of all routes. A mistyped id, or a word that a route does not know, matches no route, so say that this is the
 * problem.
 */
export function describeUnknownRoute(patterns: readonly string[], path: string): string {
  const parts = path.split('/')
  const id = parts.find((part) => LIKE_AN_ID.test(part) && !isAnyId(part))
  if (id !== undefined)
    return `${quoted(id)} is not a valid id: after its prefix, an id has 26 digits and lower-case letters.`
  for (const pattern of patterns) {
    const unknown = unknownWord(pattern.split('/'), parts)
    if (unknown !== null)
      return `${quoted(unknown.text)} does not exist there. It can be ${unknown.known.join(', ')}.`
  }
  return 'The route does not exist. All routes are listed in /docs.'
}

/** If the path only differs in one parameter, which has a list of words: the word that is not in the list. */
function unknownWord(
  pattern: readonly string[],
  parts: readonly string[],
): { text: string; known: string[] } | null {
  if (pattern.length !== parts.length) return null
  let found: { text: string; known: string[] } | null = null
  for (const [at, segment] of pattern.entries()) {
    const text = parts[at] ?? ''
    if (segment === text) continue
    const parameter = PARAMETER.exec(segment)
    if (parameter === null) return null
    const allowed = parameter[1] ?? '.+'
    if (new RegExp(`^(?:${allowed})$`).test(text)) continue
    const known = allowed.split('|').filter((word) => WORD.test(word))
    if (known.length < 2 || found !== null || text === '') return null
    found = { text, known }
  }
  return found
}
