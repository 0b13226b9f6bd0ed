// One order over all values, so that a sort never depends on what happens to stand beside what: numbers, then texts by
// their code units, then false and true, then lists and objects as equals; what is missing (null, undefined, NaN) is
// outside of the order, and the caller puts it last.

export const isMissing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))

const rank = (value: unknown): number => {
  switch (typeof value) {
    case 'number':
      return 0
    case 'string':
      return 1
    case 'boolean':
      return 2
    default:
      return 3
  }
}

export function compareValues(left: unknown, right: unknown): number {
  const kind = rank(left)
  if (kind !== rank(right)) return kind - rank(right)
  if (kind === 3) return 0
  const [a, b] = [left as number, right as number]
  return a < b ? -1 : a > b ? 1 : 0
}
