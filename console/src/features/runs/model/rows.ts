// The rows of the list while things happen. Rows that are there change in place; new ones wait until they are asked for, so
// that what one reads does not move.

export type LiveChange = { id: string; status: string; progress: number }

export type Change = { type: string; run: { id: string; status: string; progress: number } }

/** What an event of the channel `runs` says about rows. */
export function changeOf(event: Change): LiveChange {
  return { id: event.run.id, status: event.run.status, progress: event.run.progress }
}

type Row = { id: string; status: string; progress: number }

export function patched<T extends Row>(rows: readonly T[], changes: ReadonlyMap<string, LiveChange>): T[] {
  if (changes.size === 0) return rows as T[]
  return rows.map((row) => {
    const change = changes.get(row.id)
    // An event may be older than what the list has said since.
    return change === undefined || isEnded(row.status)
      ? row
      : { ...row, status: change.status, progress: change.progress }
  })
}

const isEnded = (status: string): boolean => ['succeeded', 'failed', 'cancelled'].includes(status)

/** From the row where a choice began to the one where it ends. */
export function range(ids: readonly string[], from: number, to: number): string[] {
  return ids.slice(Math.min(from, to), Math.max(from, to) + 1)
}
