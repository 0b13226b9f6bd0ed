import { decodeCursor } from '../../../core/cursor.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import type { ListThreads } from '../schema.ts'

export type ThreadRow = {
  id: string
  /** Empty if any agent may answer in the thread. */
  agentId: string
  title: string
  /** JSON. */
  metadata: string
  turns: number
  /** The total size. */
  bytes: number
  summary: string
  windowFrom: number
  createdBy: string
  createdAt: number
  updatedAt: number
  /** The run that answers now, and how many calls are in progress or queued. */
  runId: string | null
  open: number
}

/** A larger value would be misuse as storage. */
export const MAX_THREADS = 10_000

const OPEN = 'FROM agent_turns u WHERE u.thread_id = t.id AND u.outcome IS NULL'
const COLUMNS = `t.id, t.agent_id AS agentId, t.title, t.metadata, t.turns, t.bytes, t.summary, t.window_from AS windowFrom,
  t.created_by AS createdBy, t.created_at AS createdAt, t.updated_at AS updatedAt,
  (SELECT u.run_id ${OPEN} ORDER BY u.n LIMIT 1) AS runId, (SELECT count(*) ${OPEN}) AS open`

const SORTED = { createdAt: 't.created_at', updatedAt: 't.updated_at' } as const

type Filter = Pick<ListThreads, 'agentId' | 'createdBy' | 'q'>

function matching(teamId: string, { agentId, createdBy, q }: Filter) {
  const params: (string | number)[] = [teamId]
  const where = ['t.team_id = ?1']
  const add = (value: string, condition: (place: string) => string) => {
    params.push(value)
    where.push(condition(`?${params.length}`))
  }
  if (agentId !== undefined) add(agentId, (at) => `t.agent_id = ${at}`)
  if (createdBy !== undefined) add(createdBy, (at) => `t.created_by = ${at}`)
  const words = sqlLower(q ?? '').split(/\s+/)
  for (const word of words.filter((one) => one !== '').slice(0, 10))
    add(word, (at) => `instr(lower(t.title), ${at}) > 0`)
  return { params, where }
}

export async function findThreads(d1: D1Database, teamId: string, query: ListThreads): Promise<ThreadRow[]> {
  const { params, where } = matching(teamId, query)
  const column = SORTED[query.sort.replace('-', '') as keyof typeof SORTED]
  const isDown = query.sort.startsWith('-')
  if (query.cursor !== undefined) {
    const at = decodeCursor(query.cursor, query.sort)
    params.push(at.value, at.id)
    where.push(`(${column}, t.id) ${isDown ? '<' : '>'} (?${params.length - 1}, ?${params.length})`)
  }
  const direction = isDown ? 'DESC' : 'ASC'
  params.push(query.limit + 1)
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM agent_threads t WHERE ${where.join(' AND ')}
       ORDER BY ${column} ${direction}, t.id ${direction} LIMIT ?${params.length}`,
    )
    .bind(...params)
    .all<ThreadRow>()
  return results
}

export async function countThreads(d1: D1Database, teamId: string, filter: Filter): Promise<number> {
  const { params, where } = matching(teamId, filter)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM agent_threads t WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const findThread = (d1: D1Database, teamId: string, id: string): Promise<ThreadRow | null> =>
  d1
    .prepare(`SELECT ${COLUMNS} FROM agent_threads t WHERE t.id = ?1 AND t.team_id = ?2`)
    .bind(id, teamId)
    .first<ThreadRow>()

type NewThread = Pick<ThreadRow, 'id' | 'agentId' | 'title' | 'metadata' | 'createdBy' | 'createdAt'> & {
  teamId: string
}

/** A guard. */
export const insertThread = (thread: NewThread): Statement =>
  statement(
    `INSERT INTO agent_threads (id, team_id, agent_id, title, metadata, created_by, created_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7 WHERE (SELECT count(*) FROM agent_threads WHERE team_id = ?2) < ${MAX_THREADS}`,
    thread.id,
    thread.teamId,
    thread.agentId,
    thread.title,
    thread.metadata,
    thread.createdBy,
    thread.createdAt,
  )

/** A guard. */
export const updateThread = (
  teamId: string,
  id: string,
  { title, metadata }: Pick<ThreadRow, 'title' | 'metadata'>,
  now: number,
): Statement =>
  statement(
    'UPDATE agent_threads SET title = ?3, metadata = ?4, updated_at = ?5 WHERE id = ?1 AND team_id = ?2',
    id,
    teamId,
    title,
    metadata,
    now,
  )

/** Only if it has no title yet. */
export async function setThreadTitle(d1: D1Database, id: string, title: string): Promise<void> {
  await d1.prepare("UPDATE agent_threads SET title = ?2 WHERE id = ?1 AND title = ''").bind(id, title).run()
}

/** A guard. Deletes its turns too. */
export const deleteThread = (teamId: string, id: string): Statement =>
  statement('DELETE FROM agent_threads WHERE id = ?1 AND team_id = ?2', id, teamId)
