// The outbox for administrators. Every query uses the index on status and time; done rows are never read.
import { decodeCursor } from '../../../core/cursor.ts'
import type { ListOptions } from '../../../db/paginate.ts'

export type TypeRow = { type: string; pending: number; due: number; dead: number; dueSince: number | null }

export type SingleRow = {
  webhooksDue: number
  webhooksDueSince: number | null
  inLine: number
  stuck: number
}

const DUE_DELIVERIES = 'FROM webhook_deliveries WHERE next_attempt_at IS NOT NULL AND next_attempt_at <= ?1'

export async function countQueues(
  d1: D1Database,
  now: number,
): Promise<{ types: TypeRow[]; single: SingleRow }> {
  const [types, single] = await d1.batch([
    d1
      .prepare(
        `SELECT type, sum(status = 'pending') AS pending, sum(status = 'pending' AND next_at <= ?1) AS due,
           sum(status = 'dead') AS dead, min(CASE WHEN status = 'pending' AND next_at <= ?1 THEN next_at END) AS dueSince
         FROM outbox WHERE status IN ('pending', 'dead') GROUP BY type ORDER BY type`,
      )
      .bind(now),
    d1
      .prepare(
        `SELECT (SELECT count(*) ${DUE_DELIVERIES}) AS webhooksDue, (SELECT min(next_attempt_at) ${DUE_DELIVERIES}) AS webhooksDueSince,
           (SELECT count(*) FROM runs WHERE line_since IS NOT NULL) AS inLine,
           (SELECT count(*) FROM runs WHERE stuck_since IS NOT NULL) AS stuck`,
      )
      .bind(now),
  ])
  return { types: (types?.results ?? []) as TypeRow[], single: single?.results[0] as SingleRow }
}

export type MessageRow = {
  id: string
  type: string
  status: 'pending' | 'dead'
  attempts: number
  nextAt: number
  lastError: string | null
  requestId: string
  createdAt: number
  body: string
}

const COLUMNS =
  'id, type, status, attempts, next_at AS nextAt, last_error AS lastError, request_id AS requestId, created_at AS createdAt, body'

type Filter = { status: 'pending' | 'dead'; type?: string | null | undefined }

export async function findMessages(
  d1: D1Database,
  { status, type }: Filter,
  { limit, cursor, sort }: ListOptions,
): Promise<MessageRow[]> {
  const [sign, direction] = sort.startsWith('-') ? ['<', 'DESC'] : ['>', 'ASC']
  const at = cursor === undefined ? null : decodeCursor(cursor, sort)
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM outbox WHERE status = ?1 AND (?2 IS NULL OR type = ?2)
         ${at === null ? '' : `AND (next_at, id) ${sign} (?4, ?5)`}
       ORDER BY next_at ${direction}, id ${direction} LIMIT ?3`,
    )
    .bind(status, type ?? null, limit + 1, ...(at === null ? [] : [at.value, at.id]))
    .all<MessageRow>()
  return results
}

export async function countMessages(d1: D1Database, { status, type }: Filter): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS total FROM outbox WHERE status = ?1 AND (?2 IS NULL OR type = ?2)')
    .bind(status, type ?? null)
    .first<{ total: number }>()
  return row?.total ?? 0
}

/** Null for a message that is done, because nothing of it can be shown. */
export const findMessage = (d1: D1Database, id: string): Promise<MessageRow | null> =>
  d1
    .prepare(`SELECT ${COLUMNS} FROM outbox WHERE id = ? AND status IN ('pending', 'dead')`)
    .bind(id)
    .first<MessageRow>()

export async function findDeadIds(d1: D1Database, type: string | null, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      "SELECT id FROM outbox WHERE status = 'dead' AND (?1 IS NULL OR type = ?1) ORDER BY next_at LIMIT ?2",
    )
    .bind(type, limit)
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}
