// Moves the oldest entries of a team to R2. Invariants:
// 1. Only sealed entries at the start of the log are moved, and their chain is checked first. A log that was tampered with stays.
// 2. The part is in R2 before its rows are deleted, and the batch that deletes them records where they are.
import type { RequestContext } from '../../../context.ts'
import { TickBudget } from '../../../core/tick-budget.ts'
import { runBatch } from '../../../db/statement.ts'
import { putPart, readPart } from '../archive-files.ts'
import { CHAIN_START, type ChainLink, type ChainRow, nextLink } from '../chain.ts'
import { type ArchivePart, deleteArchived, findOldest, findParts, insertPart } from '../repo/archives.ts'

const PART_ENTRIES = 500
/** At most: the earlier parts and the last of them, the new file and its check, and the batch. */
const CALLS_A_PART = 6

/** True if there is more to move. */
export async function archiveAudit(
  request: RequestContext,
  teamId: string,
  before: number,
  budget: TickBudget = new TickBudget(request.now),
): Promise<boolean> {
  const { DB, FILES } = request.env
  const oldest = await findOldest(DB, teamId, PART_ENTRIES)
  budget.spend(1)
  const end = oldest.findIndex(({ createdAt, seal }) => seal === null || createdAt >= before)
  const rows = end === -1 ? oldest : oldest.slice(0, end)
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined) return false
  budget.spend(CALLS_A_PART)
  if (!(await followsOn(request, teamId, rows))) {
    request.log.error('a part of the audit log does not hold, and is not archived', {
      teamId,
      seq: first.seq,
    })
    return false
  }
  const objectKey = await putPart(FILES, teamId, rows)
  if (objectKey === null) {
    request.log.error('an archive of the audit log differs from the log', { teamId, seq: last.seq })
    return false
  }
  const part: ArchivePart = {
    teamId,
    fromSeq: first.seq,
    throughSeq: last.seq,
    entries: rows.length,
    objectKey,
    archivedAt: request.now(),
  }
  await runBatch(DB, [insertPart(part), deleteArchived(teamId, last.seq)])
  return rows.length === PART_ENTRIES
}

/** Whether the seals of the rows follow from the previous part. */
async function followsOn(
  request: RequestContext,
  teamId: string,
  rows: readonly ChainRow[],
): Promise<boolean> {
  let at: ChainLink | null = await lastArchived(request, teamId)
  for (const row of rows) {
    if (at === null) return false
    at = await nextLink(at, row)
    if (at.seal !== row.seal) return false
  }
  return true
}

/** Null if the last part no longer exists. */
async function lastArchived({ env }: RequestContext, teamId: string): Promise<ChainLink | null> {
  let [last, entries]: [ArchivePart | null, number] = [null, 0]
  for (;;) {
    const parts = await findParts(env.DB, teamId, last?.throughSeq ?? 0, 1_000)
    if (parts.length === 0) break
    entries += parts.reduce((sum, part) => sum + part.entries, 0)
    last = parts.at(-1) ?? last
  }
  if (last === null) return CHAIN_START
  const row = (await readPart(env.FILES, last.objectKey))?.at(-1)
  return row?.seal ? { seq: row.seq, entries, seal: row.seal } : null
}
