// The limits of GitHub: entries of a tree per request, and calls that create content. Pure.
import { utf8 } from '../../../../core/crypto.ts'

export type Change = { path: string; mode: '100644'; type: 'blob'; sha: string | null }

export const MAX_TREE_ENTRIES = 500
export const MAX_TREE_BYTES = 2 * 1024 * 1024

/** As many as fit into one request: at most 500 entries and 2 MB. */
export function* treeParts(changes: readonly Change[]): Generator<Change[]> {
  let part: Change[] = []
  let bytes = 0
  for (const change of changes) {
    const size = utf8(JSON.stringify(change)).byteLength + 1
    if (part.length === MAX_TREE_ENTRIES || (part.length > 0 && bytes + size > MAX_TREE_BYTES - 1_000)) {
      yield part
      part = []
      bytes = 0
    }
    part.push(change)
    bytes += size
  }
  if (part.length > 0) yield part
}

/** When calls that create content were made, and how many. */
export type Created = [at: number, calls: number][]

export const A_MINUTE = 80
export const AN_HOUR = 500
/** For trees, commit and reference. */
const KEPT_BACK = 10

/** The time at which this many more calls are allowed, given the earlier ones. */
export function nextAllowed(created: Created, calls: number, now: number): number {
  const free = (spanMs: number, most: number): number => {
    let left = most - KEPT_BACK - calls
    const within = created.filter(([at]) => at > now - spanMs).sort(([a], [b]) => b - a)
    for (const [at, count] of within) {
      left -= count
      if (left < 0) return at + spanMs
    }
    return 0
  }
  return Math.max(now, free(60_000, A_MINUTE), free(3_600_000, AN_HOUR))
}

export const withCreated = (created: Created, calls: number, now: number): Created => [
  ...created.filter(([at]) => at > now - 3_600_000),
  [now, calls],
]
