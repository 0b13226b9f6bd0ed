// The rows of the list during live updates. Existing rows change in place. New ones are added on request, so that rows do not move
// while someone reads.

export type LiveChange = { id: string; status: string; progress: number }

export type Change = { type: string; run: { id: string; status: string; progress: number } }

/** What an event of the channel `runs` changes in rows. */
export function changeOf(event: Change): LiveChange {
  return { id: event.run.id, status: event.run.status, progress: event.run.progress }
}

type Row = { id: string; status: string; progress: number }

export function patched<T extends Row>(rows: readonly T[], changes: ReadonlyMap<string, LiveChange>): T[] {
  if (changes.size === 0) return rows as T[]
  return rows.map((row) => {
    const change = changes.get(row.id)
    // An event may be older than the loaded list.
    return change === undefined || isEnded(row.status)
      ? row
      : { ...row, status: change.status, progress: change.progress }
  })
}

const isEnded = (status: string): boolean => ['succeeded', 'failed', 'cancelled'].includes(status)
