import { type Pointer, pointerOf } from '../../core/pointer.ts'
import { nearest, newRegexRoom, type RegexRoom } from '../expression/index.ts'

export interface Problem {
  /** The place in the definition: `/nodes/3/params/url`. */
  readonly path: Pointer
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** The node at this place, if it is known. */
  readonly nodeId?: string
}

export type Location = readonly PropertyKey[]

const MAX_PROBLEMS = 500

/** A hint compares a name with every candidate, so only the first unknown names get hints. */
const MAX_HINTS = 10

/** Collects problems. A hostile definition can have a million; the list is cut and says so. */
export interface Problems {
  readonly list: Problem[]
  add(at: Location, code: string, message: string, hint?: string): void
  /** The budget that all regular expressions of a definition share. */
  readonly regexes: RegexRoom
  /** `Did you mean "x"?` if a candidate is similar. */
  didYouMean(name: string, candidates: Iterable<string>): string | undefined
}

export function problems(): Problems {
  const list: Problem[] = []
  let hints = 0
  return {
    list,
    regexes: newRegexRoom(),
    didYouMean(name, candidates) {
      if (list.length >= MAX_PROBLEMS || hints++ >= MAX_HINTS) return undefined
      const near = nearest(name, candidates)
      return near === undefined ? undefined : `Did you mean "${near}"?`
    },
    add(at, code, text, hint) {
      if (list.length > MAX_PROBLEMS) return
      if (list.length === MAX_PROBLEMS) {
        list.push({
          path: '',
          code: 'problems.truncated',
          message: `only the first ${MAX_PROBLEMS} are shown`,
        })
        return
      }
      const path = formatLocation(at)
      const message = shortened(text)
      list.push(hint === undefined ? { path, code, message } : { path, code, message, hint })
    },
  }
}

const shortened = (text: string): string => (text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text)

export function formatLocation(at: Location): Pointer {
  const pointer = pointerOf(at)
  return pointer.length > 500 ? (`${pointer.slice(0, 500)}…` as Pointer) : pointer
}

/** Text from outside, shortened for a message. */
export const quoted = (value: unknown): string => {
  const text = String(value)
  return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`
}
