import { toHex, utf8 } from '../../../core/crypto.ts'
import { hashNow } from '../../../core/digest.ts'
import { canonicalJson } from '../../../core/json.ts'
import { isMoment, msOf } from '../dates/moment.ts'
import { stringifyJson } from '../json.ts'
import type { Machine } from '../limits.ts'
import { buildSlots, spend } from '../limits.ts'
import type { Method } from '../natives.ts'
import { functionArgument } from '../natives.ts'

/** The map that holds longer keys compares them one by one. */
const MAX_KEY_CHARS = 10_000

/** The same text for equal values: lists and objects are compared by content, in any order of keys. */
function keyOf(machine: Machine, value: unknown, at: number): string {
  if (typeof value === 'string') return shortened(machine, `text ${value}`, at)
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  if (isMoment(value)) return `date ${msOf(value)}`
  const text = stringifyJson(machine, value, at)
  spend(machine, text.length >> 2, at)
  return shortened(machine, `json ${canonicalJson(JSON.parse(text))}`, at)
}

function shortened(machine: Machine, text: string, at: number): string {
  spend(machine, 1 + (text.length >> 6), at)
  if (text.length <= MAX_KEY_CHARS) return text
  spend(machine, text.length, at)
  return `hash ${toHex(hashNow('sha256', utf8(text)))}`
}

/** The first of each group: of equal items, or of items for which the function returns equal values. */
export const unique: Method<readonly unknown[]> = (machine, self, args, at) => {
  const call = args[0] === undefined ? undefined : functionArgument('unique', args, 0, at)
  buildSlots(machine, self.length * 4, at)
  const seen = new Set<string>()
  return self.filter((value, index) => {
    spend(machine, 4, at)
    const key = keyOf(machine, call === undefined ? value : call(value, index, self), at)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
