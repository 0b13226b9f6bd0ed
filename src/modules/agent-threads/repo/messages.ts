// What was said in a thread: for the next answer, and for lists.
import { decodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import type { ListMessages } from '../schema.ts'
import { WAITING } from './turns.ts'

export async function setThreadWindow(d1: D1Database, threadId: string, windowFrom: number): Promise<void> {
  await d1
    .prepare('UPDATE agent_threads SET window_from = max(window_from, ?2) WHERE id = ?1')
    .bind(threadId, windowFrom)
    .run()
}

/** The answered turns between two positions, without their content. */
export async function findSizes(
  d1: D1Database,
  threadId: string,
  from: number,
  before: number,
): Promise<{ n: number; tokens: number }[]> {
  const { results } = await d1
    .prepare(
      'SELECT n, tokens FROM agent_turns WHERE thread_id = ?1 AND n >= ?2 AND n < ?3 AND outcome IS NOT NULL ORDER BY n',
    )
    .bind(threadId, from, before)
    .all<{ n: number; tokens: number }>()
  return results
}

export type SaidTurn = { n: number; runId: string; asked: string; answer: string }

export async function findSaid(
  d1: D1Database,
  threadId: string,
  from: number,
  before: number,
): Promise<SaidTurn[]> {
  const { results } = await d1
    .prepare(
      `SELECT n, run_id AS runId, asked, coalesce(answer, '[]') AS answer FROM agent_turns
       WHERE thread_id = ?1 AND n >= ?2 AND n < ?3 AND outcome IS NOT NULL ORDER BY n`,
    )
    .bind(threadId, from, before)
    .all<SaidTurn>()
  return results
}

export type MessageRow = {
  /** Twice the number of its turn, plus one for the answer. */
  at: number
  runId: string
  node: string
  said: string
  outcome: string | null
  createdAt: number
}

/** Messages are half turns: the question, and the stored answer. */
export async function findMessages(
  d1: D1Database,
  threadId: string,
  { cursor, sort, limit }: Pick<ListMessages, 'cursor' | 'sort' | 'limit'>,
): Promise<MessageRow[]> {
  const isDown = sort.startsWith('-')
  const after = cursor === undefined ? (isDown ? 4 * WAITING : 0) : positionIn(cursor, sort)
  const [sign, direction] = isDown ? ['<', 'DESC'] : ['>', 'ASC']
  const bound = isDown ? 'n <= ?2 / 2' : 'n >= ?2 / 2'
  const half = (at: string, said: string, created: string, more: string) =>
    `SELECT ${at} AS at, run_id AS runId, node, ${said} AS said, outcome, ${created} AS createdAt FROM agent_turns
     WHERE thread_id = ?1 AND ${bound} AND ${at} ${sign} ?2${more}`
  const { results } = await d1
    .prepare(
      `SELECT * FROM (SELECT * FROM (${half('n * 2', 'asked', 'created_at', '')} ORDER BY n ${direction} LIMIT ?3)
       UNION ALL
       SELECT * FROM (${half('n * 2 + 1', 'answer', 'ended_at', ' AND answer IS NOT NULL')} ORDER BY n ${direction} LIMIT ?3))
       ORDER BY at ${direction} LIMIT ?3`,
    )
    .bind(threadId, after, limit + 1)
    .all<MessageRow>()
  return results
}

function positionIn(cursor: string, sort: string): number {
  const { value } = decodeCursor(cursor, sort)
  if (!Number.isSafeInteger(value)) throw new AppError('request.invalid_cursor')
  return Number(value)
}

export async function countMessages(d1: D1Database, threadId: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) + count(answer) AS n FROM agent_turns WHERE thread_id = ?1')
    .bind(threadId)
    .first<{ n: number }>()
  return row?.n ?? 0
}
