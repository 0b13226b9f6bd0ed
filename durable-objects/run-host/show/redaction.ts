// Hides secrets in what is shown of a run. Invariants:
// 1. By name: fields with secret names are hidden in the views of nodes and in events, and so in streams, sockets and
//    pages.
// 2. By value: the values of the team's variables with such names are hidden in everything that is shown of the run,
//    also inside texts: its input, output and errors, the index, approvals and callbacks.
// 3. The stored data does not change: nodes and a parent run get the original.
import { HIDDEN, type HideText, hideIn, hideValues } from '../../../src/core/hide-values.ts'
import type { Json } from '../../../src/core/json.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import type { Hider } from './partials.ts'

/** Matches whole words, unlike the log: this is user data, in which a passenger is not a password. */
const SECRET_WORD =
  /(^|[^a-z0-9])(pass|password|passwd|pwd|passphrase|secrets?|tokens?|authorization|cookies?|credentials?|otp|api[-_ ]?key|private[-_ ]?key|backup[-_ ]?codes?)($|[^a-z0-9])/i
const COUNT = /tokens|count/i

const isSecretName = (name: string): boolean => SECRET_WORD.test(name.replace(/([a-z0-9])([A-Z])/g, '$1-$2'))

/** Hides by name, and by value if a spec is given. Returns the same value if nothing is secret. */
export const hideSecrets = <T extends Json>(value: T, spec?: RunSpec): T =>
  hideIn(hidden(value) as T, spec === undefined ? null : hiderOf(spec))

/** Hides by value only: for data that people have sent, and that the workflow chose to return. */
export const hideStored = <T>(value: T, { spec }: { spec: RunSpec }): T =>
  hideIn(value as unknown as Json, hiderOf(spec)) as unknown as T

type Known = { hide: HideText | null; longest: number }
const hiders = new WeakMap<RunSpec, Known>()

function knownOf(spec: RunSpec): Known {
  let known = hiders.get(spec)
  if (known === undefined) {
    const texts = textsIn(spec.vars ?? {}, false)
    known = { hide: hideValues(texts), longest: Math.max(0, ...texts.map(({ length }) => length)) }
    hiders.set(spec, known)
  }
  return known
}

const hiderOf = (spec: RunSpec): HideText | null => knownOf(spec).hide

/** The longest escape sequence of one character. */
const ESCAPED_CHARS = 12

/** For a text that comes in pieces. Null if nothing is secret. */
export function pieceHiderOf(spec: RunSpec): Hider | null {
  const { hide, longest } = knownOf(spec)
  return hide === null ? null : { hide, longest: longest * ESCAPED_CHARS }
}

/** The texts under secret names. */
function textsIn(value: Json, isUnderSecret: boolean): string[] {
  if (typeof value === 'string') return isUnderSecret ? [value] : []
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, isUnderSecret))
  const named = namesSecret(value)
  return Object.entries(value).flatMap(([name, inner]) =>
    textsIn(inner, isUnderSecret || isSecret(name, inner) || (named && name === 'value')),
  )
}

function hidden(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    const items = value.map(hidden)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const named = namesSecret(value)
  let changed = false
  const fields = Object.entries(value).map(([name, inner]): [string, Json] => {
    const shown = isSecret(name, inner) || (named && name === 'value') ? HIDDEN : hidden(inner)
    changed ||= shown !== inner
    return [name, shown]
  })
  return changed ? Object.fromEntries(fields) : value
}

/** Flags and counts are not secret, whatever their name: `hasPassword`, `inputTokens`. */
function isSecret(name: string, value: Json): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false
  return isSecretName(name) && !(typeof value === 'number' && COUNT.test(name))
}

/** `{ name: "authorization", value: … }`, as in lists of headers and fields. */
function namesSecret(value: Record<string, Json>): boolean {
  const name = value.name ?? value.key
  return typeof name === 'string' && isSecretName(name)
}
