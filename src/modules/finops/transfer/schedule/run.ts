// Scheduled exports. Invariants:
// 1. A time that is due is claimed together with the message that does it, so a tick that comes twice starts one export.
// 2. The file is written under an id that follows from team, name and days, so a message that comes twice writes once.
import type { RequestContext } from '../../../../context.ts'
import { AppError } from '../../../../core/errors.ts'
import { commit } from '../../../../db/commit.ts'
import type { CostsExport } from '../../../../queue/messages/finops.ts'
import { writeTeamFile } from '../../../files/index.ts'
import { exportText } from '../export/service.ts'
import { claimSchedule, findDueSchedules } from './repo.ts'
import { exportedPeriod, exportName, nextExport } from './times.ts'

/** A bounded bite each minute. */
const MAX_DUE = 50

export async function startDueExports(request: RequestContext): Promise<void> {
  const due = await findDueSchedules(request.db, request.now(), MAX_DUE)
  for (const row of due) {
    const { teamId, every, format, folder, nextAt } = row
    const period = exportedPeriod(every, nextAt)
    const name = exportName(folder, period, format === 'jsonl' ? 'jsonl' : 'csv')
    await commit(
      { ...request, system: true },
      {
        guard: claimSchedule(request.db, row, nextExport(every, Math.max(nextAt, request.now()))),
        audit: {
          action: 'export.started',
          targetType: 'team',
          targetId: teamId,
          teamId,
          after: { ...period, format, name },
        },
        messages: [{ type: 'costs.export', teamId, format, ...period, name }],
      },
    )
  }
}

export async function runExport(
  request: RequestContext,
  message: CostsExport,
  outboxId: string,
): Promise<void> {
  const { teamId, format, from, to, name } = message
  try {
    await writeTeamFile(request, {
      teamId,
      userId: null,
      name,
      chunks: bytesOf(exportText(request.env.DB, 'costs', teamId, { format, from, to })),
      sizeBytes: null,
      tags: ['costs', 'export'],
      operationId: `costs.export ${outboxId}`,
    })
  } catch (error) {
    // The team is full, the file too large or empty: another try would end alike.
    if (!(error instanceof AppError)) throw error
    await commit(
      { ...request, system: true },
      {
        audit: {
          action: 'export.failed',
          targetType: 'team',
          targetId: teamId,
          teamId,
          after: { name, code: error.code, error: error.message },
        },
      },
    )
  }
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array, undefined> {
  const encoder = new TextEncoder()
  for await (const piece of text) yield encoder.encode(piece)
  return undefined
}
