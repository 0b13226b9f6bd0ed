// The rows of the list during live updates. Existing rows change in place. New ones are added on request, so that rows do not move
// while someone reads.

import type { RunFilter } from './filter.ts'

export type LiveChange = { id: string; status: string; progress: number }

export type Change = {
  type: string
  at: string
  run: {
    id: string
    status: string
    progress: number
    title: string | null
    trigger: string
    error: { code: string; message: string } | null
  }
  workflow?: { id: string; name: string }
}

/** What an event of the channel `runs` changes in rows. */
export function changeOf(event: Change): LiveChange {
  return { id: event.run.id, status: event.run.status, progress: event.run.progress }
}

const isBegin = (type: string): boolean => type === 'run.started' || type === 'run.queued'

/**
 * Whether the run now belongs to the filtered list: it starts, or gets the status of the filter. Null if the event does not decide it.
 */
export function joins({ type, at, run, workflow }: Change, filter: RunFilter): boolean | null {
  if (filter.status === undefined ? !isBegin(type) : run.status !== filter.status)
    return filter.status === undefined ? null : false
  const q = filter.q?.toLowerCase()
  const texts = [run.id, run.title, run.error?.message, workflow?.name]
  return (
    (filter.workflow === undefined || filter.workflow === workflow?.id) &&
    (filter.trigger === undefined || filter.trigger === run.trigger) &&
    (filter.error === undefined || filter.error === run.error?.code) &&
    (q === undefined || texts.some((text) => text?.toLowerCase().includes(q))) &&
    (filter.to === undefined || !isBegin(type) || at <= filter.to)
  )
}

/** The ids of the runs that would join the list if it were loaded again. */
export function joined(
  before: ReadonlySet<string>,
  changes: readonly Change[],
  filter: RunFilter,
): Set<string> {
  const ids = new Set(before)
  for (const change of changes) {
    const isIn = joins(change, filter)
    if (isIn) ids.add(change.run.id)
    else if (isIn === false) ids.delete(change.run.id)
  }
  return ids
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
