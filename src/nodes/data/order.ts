// A total order of all values, so that sorting is deterministic: numbers, then texts by code units, then false and true, then lists
// and objects, which compare as equal. Missing values (null, undefined, NaN) are not part of the order; callers put them last.

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
