// Statuses that belong together: the chips of the list and the columns of the board.
import type { Status } from './filter.ts'
import { allows, type Verb } from './verbs.ts'

export type Group = { id: string; name: string; sign: Status; statuses: readonly Status[] }

export const GROUPS: readonly Group[] = [
  { id: 'open', name: 'To do', sign: 'draft', statuses: ['draft', 'blocked', 'scheduled'] },
  { id: 'queued', name: 'Queued', sign: 'queued', statuses: ['queued'] },
  { id: 'active', name: 'In progress', sign: 'running', statuses: ['running', 'waiting', 'paused'] },
  { id: 'succeeded', name: 'Succeeded', sign: 'succeeded', statuses: ['succeeded'] },
  { id: 'failed', name: 'Failed', sign: 'failed', statuses: ['failed'] },
  { id: 'dropped', name: 'Cancelled', sign: 'cancelled', statuses: ['cancelled', 'skipped'] },
]

export const groupOf = (status: Status): Group =>
  GROUPS.find(({ statuses }) => statuses.includes(status)) ?? GROUPS[0]!

/** The group that a filter selects. Null if it selects something else. */
export const groupOfFilter = (statuses: readonly Status[] | undefined): Group | null =>
  GROUPS.find((group) => group.statuses.join() === statuses?.join()) ?? null

export const countOf = (group: Group, byStatus: Record<string, number>): number =>
  group.statuses.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0)

/** What moving a task to another column does. Null if there is no such move. */
export function verbOfMove(status: Status, to: string): Verb | null {
  if (groupOf(status).id === to) return null
  if (to === 'dropped') return allows(status, 'cancel') ? 'cancel' : null
  // Whether a started task has to wait in the queue is up to the server.
  if (to !== 'queued' && to !== 'active') return null
  if (allows(status, 'execute')) return 'execute'
  return allows(status, 'retry') ? 'retry' : null
}

/** The columns that a task can be moved to. */
export const movesOf = (status: Status): { group: Group; verb: Verb }[] =>
  GROUPS.flatMap((group) => {
    const verb = verbOfMove(status, group.id)
    // `Queued` and `In progress` would do the same.
    return verb === null || group.id === 'queued' ? [] : [{ group, verb }]
  })
