import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { encodeCursor } from '../../../core/cursor.ts'
import { csvLine } from '../../../core/formats/csv.ts'
import { commit } from '../../../db/commit.ts'
import type { ChainRow } from '../chain.ts'
import { findEntries, seqOf } from '../repo/entries.ts'
import type { ListAuditLogs } from '../schema.ts'
import { toEntry } from './list.ts'

const PAGE = 500

const COLUMNS = [
  'seq',
  'id',
  'createdAt',
  'teamId',
  'actorKind',
  'actorId',
  'actorKeyId',
  'action',
  'targetType',
  'targetId',
  'before',
  'after',
  'address',
  'userAgent',
  'requestId',
  'seal',
] as const

const FORMATS = {
  csv: {
    head: csvLine([...COLUMNS]),
    line: (row: ChainRow) =>
      csvLine(COLUMNS.map((name) => (name === 'createdAt' ? toIso(row.createdAt) : row[name]))),
  },
  jsonl: { head: '', line: (row: ChainRow) => `${JSON.stringify(toEntry(row))}\n` },
}

/**
 * Streams all matching entries page by page, as fast as the client reads, so memory use stays constant. The export itself is
 * audited before the first byte is sent.
 */
export async function exportAuditLogs(
  ctx: ServiceContext,
  query: ListAuditLogs,
  format: keyof typeof FORMATS,
): Promise<ReadableStream<Uint8Array>> {
  const { head, line } = FORMATS[format]
  const encoder = new TextEncoder()
  let cursor = query.cursor
  // Check the cursor before the response starts. After the first byte, no error can be returned.
  if (cursor !== undefined) seqOf(cursor, query.sort)
  const { actor, action, target, team, from, to, q } = query
  await commit(ctx, {
    audit: {
      action: 'audit.exported',
      targetType: 'audit_log',
      targetId: team ?? 'all',
      teamId: 'system',
      after: { format, filters: { actor, action, target, team, from, to, q } },
    },
  })
  return new ReadableStream({
    start: (controller) => {
      if (head !== '') controller.enqueue(encoder.encode(head))
    },
    pull: async (controller) => {
      const rows = await findEntries(ctx.env.DB, query, { limit: PAGE, sort: query.sort, cursor })
      const shown = rows.slice(0, PAGE)
      const last = shown.at(-1)
      if (last !== undefined) {
        controller.enqueue(encoder.encode(shown.map(line).join('')))
        cursor = encodeCursor({ sort: query.sort, value: last.seq, id: last.id })
      }
      if (rows.length <= PAGE) controller.close()
    },
  })
}
