// Full-text search over title, description and result: an index in an object of the team. The desk updates it with
// each change.
import type { RequestContext } from '../../../context.ts'
import { type SearchDoc, teamSearch } from '../../../objects/team-search.ts'
import type { ChangeRow } from '../desk/repo/changes.ts'
import { walkTasks } from '../read/walk.ts'
import { fieldsOf, LISTED, type ListedTask, type TaskRow } from '../repo/columns.ts'
import { findTasks } from '../repo/tasks.ts'

const KIND = 'task'
const MAX_CHARS = 20_000
const MAX_FOUND = 1_000

const SEARCHED = ['id', 'title', 'description', 'result'] as const
type Searched = Pick<TaskRow, (typeof SEARCHED)[number]>
/** A description and a result may have 84,000 characters together. */
const READ_AT_ONCE = 100

const docOf = ({ id, title, description, result }: Searched): SearchDoc => ({
  id,
  kind: KIND,
  title,
  text: `${description}\n${result ?? ''}`.slice(0, MAX_CHARS),
})

/** An index that was never built is not updated: the first search builds it. */
export async function feedSearch(
  { env }: RequestContext,
  teamId: string,
  changes: readonly ChangeRow[],
): Promise<void> {
  const changed = changes.filter(
    ({ kind, oldStatus, newStatus }) => kind === 'text' || oldStatus === null || newStatus === null,
  )
  if (changed.length === 0) return
  const search = teamSearch(env.SEARCHES, teamId)
  if (!(await search.isBuilt(KIND))) return
  const ids = [...new Set(changed.map(({ taskId }) => taskId))]
  for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
    const some = ids.slice(at, at + READ_AT_ONCE)
    const rows = await findTasks(env.DB, teamId, some, fieldsOf(SEARCHED))
    const there = new Set(rows.map(({ id }) => id))
    await search.remove(some.filter((id) => !there.has(id)))
    await search.put(rows.map(docOf))
  }
}

/** The ids of the matches, the best first. */
export async function searchTasks(
  request: Pick<RequestContext, 'env' | 'now'>,
  teamId: string,
  q: string,
  limit = MAX_FOUND,
): Promise<string[]> {
  const search = teamSearch(request.env.SEARCHES, teamId)
  if (!(await search.isBuilt(KIND))) await build(request, teamId)
  const hits = await search.search({ q, kinds: [KIND], limit })
  return hits.map(({ id }) => id)
}

/** For the search over everything: the current tasks, the best match first. */
export async function findTasksByWords(
  request: Pick<RequestContext, 'env' | 'now'>,
  teamId: string,
  q: string,
  limit: number,
): Promise<ListedTask[]> {
  const ids = await searchTasks(request, teamId, q, limit)
  if (ids.length === 0) return []
  const rows = new Map((await findTasks(request.env.DB, teamId, ids, LISTED)).map((row) => [row.id, row]))
  return ids.flatMap((id) => rows.get(id) ?? [])
}

/** Marked first, so that changes in the meantime are indexed too. */
async function build({ env, now }: Pick<RequestContext, 'env' | 'now'>, teamId: string): Promise<void> {
  const search = teamSearch(env.SEARCHES, teamId)
  await search.markBuilt(KIND)
  try {
    for await (const rows of walkTasks(env.DB, teamId, {}, now(), SEARCHED)) await search.put(rows.map(docOf))
  } catch (error) {
    await search.forget(KIND)
    throw error
  }
}

export async function rebuildSearch(
  request: Pick<RequestContext, 'env' | 'now'>,
  teamId: string,
): Promise<void> {
  await teamSearch(request.env.SEARCHES, teamId).forget(KIND)
  await build(request, teamId)
}
