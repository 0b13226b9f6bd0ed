// Removes deleted files after a week.
import type { RequestContext } from '../../../context.ts'
import { findDeletedBefore } from '../repo/files.ts'
import { purgeFile, RESTORABLE_MS } from './delete.ts'

/** One commit each, so one tick stays short. */
const MAX_FILES_A_TICK = 50

export async function sweepFiles(request: RequestContext): Promise<void> {
  const due = await findDeletedBefore(request.env.DB, request.now() - RESTORABLE_MS, MAX_FILES_A_TICK)
  for (const file of due) await purgeFile({ ...request, system: true }, file)
}
