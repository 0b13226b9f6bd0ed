// What is shown of a run hides what its name says is secret: in the views of nodes, in events, and so in streams, sockets and
// pages. The data itself stays as it is: nodes see it, and the run's own output is what the workflow chose to give.
//
// Names are all there is to go by today. Once credentials have values, this is where those are looked for as well.
import type { Json } from '../../src/core/json.ts'

const HIDDEN = '[redacted]'

/** Whole words, unlike those of the log: this is people's own data, in which a passenger is no password. */
const SECRET_WORD =
  /(^|[^a-z0-9])(pass|password|passwd|pwd|passphrase|secrets?|tokens?|authorization|cookies?|credentials?|otp|api[-_ ]?key|private[-_ ]?key|backup[-_ ]?codes?)($|[^a-z0-9])/i
const COUNT = /tokens|count/i

const isSecretName = (name: string): boolean => SECRET_WORD.test(name.replace(/([a-z0-9])([A-Z])/g, '$1-$2'))

/** A copy with such values hidden; the same value where there are none. */
export function hideSecrets<T extends Json>(value: T): T {
  return hidden(value) as T
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

/** Flags and counts are no secrets, whatever they are of: `hasPassword`, `inputTokens`. */
function isSecret(name: string, value: Json): boolean {
  if (value === null || value === '' || typeof value === 'boolean') return false
  return isSecretName(name) && !(typeof value === 'number' && COUNT.test(name))
}

/** `{ name: "authorization", value: … }`, as lists of headers and fields have it. */
function namesSecret(value: Record<string, Json>): boolean {
  const name = value.name ?? value.key
  return typeof name === 'string' && isSecretName(name)
}
