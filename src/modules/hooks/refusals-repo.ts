import { decodeCursor } from '../../core/cursor.ts'
import { type Statement, statement } from '../../db/commit.ts'
import type { ListOptions } from '../../db/paginate.ts'
import type { hookRefusals } from '../../db/schema/index.ts'
import type { Stored } from '../../db/stored.ts'

export type RefusalRow = Pick<
  Stored<typeof hookRefusals.$inferSelect>,
  | 'id'
  | 'createdAt'
  | 'status'
  | 'code'
  | 'detail'
  | 'method'
  | 'path'
  | 'deliveryId'
  | 'contentType'
  | 'userAgent'
  | 'address'
  | 'sizeBytes'
>

/** Any request may be refused, so the number of rows is limited, per minute and in total. */
const MAX_A_MINUTE = 20
const MAX_KEPT = 200

/** Two statements for one batch. During a flood, they read an index and write nothing. */
export const insertRefusal = (triggerId: string, row: RefusalRow): Statement[] => [
  statement(
    `INSERT INTO hook_refusals (id, trigger_id, created_at, status, code, detail, method, path, delivery_id, content_type, user_agent, address, size_bytes)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
     WHERE EXISTS (SELECT 1 FROM workflow_triggers WHERE id = ?2)
       AND (SELECT count(*) FROM hook_refusals WHERE trigger_id = ?2 AND created_at > ?3 - 60000) < ${MAX_A_MINUTE}`,
    row.id,
    triggerId,
    row.createdAt,
    row.status,
    row.code,
    row.detail,
    row.method,
    row.path,
    row.deliveryId,
    row.contentType,
    row.userAgent,
    row.address,
    row.sizeBytes,
  ),
  statement(
    `DELETE FROM hook_refusals WHERE id IN
       (SELECT id FROM hook_refusals WHERE trigger_id = ? ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ${MAX_KEPT})`,
    triggerId,
  ),
]

export async function findRefusals(
  d1: D1Database,
  triggerId: string,
  options: ListOptions,
): Promise<RefusalRow[]> {
  const descending = options.sort.startsWith('-')
  const at = options.cursor === undefined ? null : decodeCursor(options.cursor, options.sort)
  const direction = descending ? 'DESC' : 'ASC'
  const { results } = await d1
    .prepare(
      `SELECT id, created_at AS createdAt, status, code, detail, method, path, delivery_id AS deliveryId,
         content_type AS contentType, user_agent AS userAgent, address, size_bytes AS sizeBytes
       FROM hook_refusals WHERE trigger_id = ? ${at === null ? '' : `AND (created_at, id) ${descending ? '<' : '>'} (?, ?)`}
       ORDER BY created_at ${direction}, id ${direction} LIMIT ${options.limit + 1}`,
    )
    .bind(triggerId, ...(at === null ? [] : [at.value, at.id]))
    .all<RefusalRow>()
  return results
}

export async function countRefusals(d1: D1Database, triggerId: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS n FROM hook_refusals WHERE trigger_id = ?')
    .bind(triggerId)
    .first<{ n: number }>()
  return row?.n ?? 0
}
