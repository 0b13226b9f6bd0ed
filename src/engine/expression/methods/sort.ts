import type { Machine } from '../limits.ts'
import { buildSlots, spend } from '../limits.ts'
import type { Method } from '../natives.ts'
import { functionArgument } from '../natives.ts'
import { toNumber, toText } from '../values.ts'

/** A sorted copy: by the function, or else by text as in JavaScript, with undefined at the end. */
export const sortList =
  (name: string): Method<readonly unknown[]> =>
  (machine, self, args, at) => {
    buildSlots(machine, self.length, at)
    if (args[0] !== undefined) {
      const call = functionArgument(name, args, 0, at)
      return self.slice().sort((left, right) => toNumber(machine, call(left, right), at))
    }
    return sortByText(machine, self, at)
  }

function sortByText(machine: Machine, list: readonly unknown[], at: number): unknown[] {
  buildSlots(machine, list.length * 5, at)
  const keyed: { value: unknown; text: string }[] = []
  let missing = 0
  for (const value of list) {
    if (value === undefined) missing++
    else keyed.push({ value, text: toText(machine, value, at) })
  }
  keyed.sort((left, right) => {
    spend(machine, 2 + (Math.min(left.text.length, right.text.length) >> 6), at)
    return left.text < right.text ? -1 : left.text > right.text ? 1 : 0
  })
  const sorted = keyed.map((entry) => entry.value)
  for (let i = 0; i < missing; i++) sorted.push(undefined)
  return sorted
}
