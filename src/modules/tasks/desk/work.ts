// One pass of a team's desk: processes changes, then starts queued tasks. Invariants:
// 1. A change is deleted only after all its consequences were processed, and repeating them changes nothing: every
//    step requires the state that it starts from.
// 2. A parent is written at most once per `PARENT_MS`. Earlier changes are left for a later pass.
import type { RequestContext } from '../../../context.ts'
import { runBatch } from '../../../db/statement.ts'
import { hasEnded } from '../pure/status.ts'
import { feedSearch } from '../search/service.ts'
import { dispatchTasks } from './dispatch.ts'
import { publishTaskChanges } from './publish.ts'
import { type ChangeRow, deleteChanges, findChangeAfter, findChanges } from './repo/changes.ts'
import {
  explainHeld,
  findDependants,
  findHeldChildren,
  holdChildren,
  releaseTasks,
  skipTasks,
} from './repo/held.ts'
import { keepResults } from './results.ts'
import { PARENT_MS, sumParents } from './sum.ts'

const PAGE = 500
const DEPENDANTS_A_PAGE = 5_000

/** What a desk remembers between its passes. All of it may be lost. */
export type DeskMemory = {
  /** When each parent was written last. */
  parents: Map<string, number>
  /** When the reasons of waiting tasks were last updated. */
  explainedAt: number
}

export const newMemory = (): DeskMemory => ({ parents: new Map(), explainedAt: 0 })

/** When to come again. Null if nothing is left. */
export async function processDesk(
  request: RequestContext,
  teamId: string,
  memory: DeskMemory,
): Promise<number | null> {
  const { DB } = request.env
  const changes = await findChanges(DB, teamId, PAGE)
  await keepResults(request, teamId, changes)
  await settle(request, teamId, changes)
  // The next tasks start while parents, the search and followers are updated.
  const [dispatched, published] = await Promise.allSettled([
    dispatchTasks(request, teamId, memory),
    publishOutside(request, teamId, changes, memory),
  ])
  if (published.status === 'rejected') throw published.reason
  const late = published.value
  const hasMore = await forget(request, teamId, changes, late)
  // Thrown only now, so that a failed start does not delay later changes.
  if (dispatched.status === 'rejected') throw dispatched.reason
  const { againAt, hasStarted } = dispatched.value
  if (hasMore || hasStarted) return request.now()
  const times = [
    ...(late.size > 0 ? [request.now() + PARENT_MS / 4] : []),
    ...(againAt === null ? [] : [againAt]),
  ]
  return times.length === 0 ? null : Math.min(...times)
}

/** Returns the changes that a later pass has to repeat. */
async function publishOutside(
  request: RequestContext,
  teamId: string,
  changes: readonly ChangeRow[],
  memory: DeskMemory,
): Promise<Set<number>> {
  const late = await sumParents(request, teamId, changes, memory.parents)
  await feedSearch(request, teamId, changes)
  await publishTaskChanges(request, teamId, changes)
  return late
}

/** True if there are more changes, such as those that this pass has made. */
async function forget(
  { env }: RequestContext,
  teamId: string,
  changes: readonly ChangeRow[],
  late: ReadonlySet<number>,
): Promise<boolean> {
  const last = changes.at(-1)
  if (last === undefined) return false
  const done = changes.flatMap(({ id }) => (late.has(id) ? [] : id))
  const [, more] = await runBatch(env.DB, [deleteChanges(done), findChangeAfter(teamId, last.id)])
  return more?.results.length === 1
}

/** Releases, skips and holds the dependants of what has changed. */
async function settle(request: RequestContext, teamId: string, changes: readonly ChangeRow[]): Promise<void> {
  const { DB } = request.env
  const now = request.now()
  const ended = changes
    .filter(({ newStatus }) => newStatus === null || hasEnded(newStatus))
    .map(({ taskId }) => taskId)
  const released = changes.filter(({ kind }) => kind === 'released').map(({ taskId }) => taskId)
  const looked = changes
    .filter(
      ({ kind, oldStatus, newStatus }) => kind === 'held' || oldStatus === null || newStatus === 'blocked',
    )
    .map(({ taskId }) => taskId)
  const held = changes
    .filter(({ kind, newStatus }) => kind === 'held' || newStatus === 'blocked')
    .map(({ taskId }) => taskId)
  const ids = new Set(looked)
  if (released.length > 0) for (const id of await findHeldChildren(DB, teamId, released)) ids.add(id)
  const releaseAll = (all: string[]) =>
    runBatch(DB, [skipTasks(all, now), releaseTasks(all, now), explainHeld(all)])
  if (ids.size > 0) await releaseAll([...ids])
  for await (const page of dependantsOf(DB, ended)) await releaseAll(page)
  if (held.length > 0) await runBatch(DB, [holdChildren(held, now)])
}

/** In pages: one task may be awaited by any number of others. */
async function* dependantsOf(d1: D1Database, ended: readonly string[]): AsyncGenerator<string[]> {
  if (ended.length === 0) return
  for (let afterId: string | undefined = ''; afterId !== undefined; ) {
    const page: string[] = await findDependants(d1, ended, afterId, DEPENDANTS_A_PAGE)
    if (page.length > 0) yield page
    afterId = page.length === DEPENDANTS_A_PAGE ? page.at(-1) : undefined
  }
}
