import { fail } from '../errors.ts'
import type { Machine } from '../limits.ts'
import { buildSlots, spend } from '../limits.ts'

/** Appends the items of a list to `result`, and expands nested lists to the given depth. */
export function flatten(
  machine: Machine,
  list: readonly unknown[],
  depth: number,
  result: unknown[],
  at: number,
  nesting = 0,
): void {
  if (nesting > machine.limits.depth) fail('expression.too_large', at, 'the list is nested too deeply')
  spend(machine, list.length, at)
  buildSlots(machine, list.length, at)
  for (const value of list) {
    if (Array.isArray(value) && depth >= 1) flatten(machine, value, depth - 1, result, at, nesting + 1)
    else result.push(value)
  }
}

/** As in JavaScript, arguments that are lists are expanded, and others appended. */
export function concatLists(
  machine: Machine,
  self: readonly unknown[],
  args: readonly unknown[],
  at: number,
): unknown[] {
  const result: unknown[] = []
  flatten(machine, self, 0, result, at)
  flatten(machine, args, 1, result, at)
  return result
}
