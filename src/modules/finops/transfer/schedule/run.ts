// Scheduled exports. Invariants:
// 1. A due time is claimed in the commit that queues the export's message, so a repeated tick starts one export.
// 2. Each period gets its export. Those that were missed follow one after another, so that each result is recorded.
// 3. The file is written under an operation id of its message, so a repeated message writes one file.
// 4. The upload sends the written file with its hash, to the bucket that the schedule names at that moment.
import type { RequestContext } from '../../../../context.ts'
import { encodePieces } from '../../../../core/encode-text.ts'
import { AppError, ERRORS, notFound } from '../../../../core/errors.ts'
import { type Change, commit } from '../../../../db/commit.ts'
import type { ExportRun } from '../../../../db/schema/index.ts'
import { runBatch } from '../../../../db/statement.ts'
import type { CostsExport } from '../../../../queue/messages/finops.ts'
import { notify } from '../../../../queue/notify.ts'
import { putObject } from '../../../deployments/index.ts'
import { type FileRef, openTeamFile, writeTeamFile } from '../../../files/index.ts'
import type { Period } from '../../summaries/period.ts'
import { exportText } from '../export/service.ts'
import { DEFAULT_PATH, objectKey } from './object-key.ts'
import {
  claimSchedule,
  findDueSchedules,
  findGivenUpExports,
  findSchedule,
  guardRun,
  type ScheduleRow,
} from './repo.ts'
import { exportedPeriod, exportName, nextExport } from './times.ts'

/** How many exports one tick starts. */
const MAX_DUE = 50

export async function startDueExports(request: RequestContext): Promise<void> {
  const due = await findDueSchedules(request.db, request.now(), MAX_DUE)
  for (const row of due) {
    const { every, nextAt } = row
    // A missed period is made up for when the one before it has ended.
    const next = nextExport(every, nextAt)
    await commit({ ...request, system: true }, startOf(request, row, exportedPeriod(every, nextAt), next))
  }
}

/** The change that starts an export. It fails if the schedule's next time has changed since it was read. */
export function startOf(
  { db, now }: Pick<RequestContext, 'db' | 'now'>,
  row: ScheduleRow,
  period: Period,
  next: number,
): Change {
  const { teamId, format, folder } = row
  const name = exportName(folder, period, format === 'jsonl' ? 'jsonl' : 'csv')
  const lastRun: ExportRun = {
    ...{ status: 'running', ...period, startedAt: now(), finishedAt: null },
    ...{ file: name, fileId: null, object: null, error: null },
  }
  return {
    guard: claimSchedule(db, row, next, lastRun),
    audit: {
      ...{ action: 'export.started', targetType: 'team', targetId: teamId, teamId },
      after: { ...period, format, name },
    },
    messages: [{ type: 'costs.export', teamId, format, ...period, name }],
  }
}

export async function runExport(
  request: RequestContext,
  message: CostsExport,
  outboxId: string,
): Promise<void> {
  try {
    const file = await writeFile(request, message, outboxId)
    const object = await sendToBucket(request, message, file)
    await recordSuccess(request, message, file, object)
  } catch (error) {
    // Permanent faults, such as a full quota, a file that is too large or a missing bucket, are not retried.
    if (error instanceof AppError && !ERRORS[error.code].retryable)
      return giveUp(request, message, error.message, error.code)
    const said = error instanceof AppError ? error.message : 'An internal error occurred.'
    await runBatch(request.env.DB, [
      guardRun(message, { status: 'retrying', error: said.slice(0, MAX_SAID) }),
    ])
    throw error
  }
}

const MAX_SAID = 1_000

const writeFile = (
  request: RequestContext,
  { teamId, format, from, to, name }: CostsExport,
  outboxId: string,
): Promise<FileRef> =>
  writeTeamFile(request, {
    teamId,
    userId: null,
    name,
    chunks: encodePieces(exportText(request.env.DB, 'costs', teamId, { format, from, to })),
    sizeBytes: null,
    tags: ['costs', 'export'],
    operationId: `costs.export ${outboxId}`,
  })

/** The object's key; null if the schedule names no bucket or was deleted. */
async function sendToBucket(
  request: RequestContext,
  { teamId, format, from, to, name }: CostsExport,
  { $file, sha256 }: FileRef,
): Promise<string | null> {
  const schedule = await findSchedule(request.db, teamId)
  if (schedule === null || schedule.integrationId === null) return null
  const file = await openTeamFile(request, teamId, $file)
  if (file === null || file.ref.sha256 !== sha256) throw notFound('The file that was written')
  const { objectPath, integrationId, every } = schedule
  const key = objectKey(objectPath ?? DEFAULT_PATH, { every, format, file: name, from, to })
  await putObject({ ...request, teamId }, integrationId, {
    key,
    contentType: format === 'jsonl' ? 'application/jsonl' : 'text/csv; charset=utf-8',
    sizeBytes: file.ref.sizeBytes,
    sha256,
    open: () => file.content.open(),
  })
  return key
}

async function recordSuccess(
  request: RequestContext,
  message: CostsExport,
  { $file: fileId }: FileRef,
  object: string | null,
): Promise<void> {
  const { teamId, name } = message
  await commit(
    { ...request, system: true },
    {
      guard: guardRun(message, {
        ...{ status: 'succeeded', finishedAt: request.now(), fileId, object, error: null },
      }),
      audit: {
        ...{ action: 'export.succeeded', targetType: 'team', targetId: teamId, teamId },
        after: { name, ...(object === null ? {} : { object }) },
      },
    },
  )
}

async function giveUp(
  request: RequestContext,
  { teamId, name }: { teamId: string; name: string },
  error: string,
  code: string | null,
): Promise<void> {
  // A period without costs needs no notification.
  const isEmpty = code === 'file.empty'
  await commit(
    { ...request, system: true },
    {
      guard: guardRun(
        { teamId, name },
        {
          status: isEmpty ? 'empty' : 'failed',
          finishedAt: request.now(),
          error: error.slice(0, MAX_SAID),
        },
      ),
      audit: {
        ...{ action: 'export.failed', targetType: 'team', targetId: teamId, teamId },
        after: { name, ...(code === null ? {} : { code }), error: error.slice(0, MAX_SAID) },
      },
      messages: isEmpty
        ? []
        : [
            notify({
              kind: 'export.failed',
              to: { role: 'owner' },
              teamId,
              level: 'error',
              title: `The export ${name} was given up`,
              message: [
                error,
                '',
                'After fixing the cause, start it again with POST /api/v1/costs/export/schedule/run.',
              ].join('\n'),
              link: `${request.settings.PUBLIC_URL}/api/v1/costs/export/schedule`,
              subject: { type: 'team', id: teamId },
            }),
          ],
    },
  )
}

const MAX_GIVEN_UP = 100

/** Exports whose message has failed as often as allowed. */
export async function endGivenUpExports(request: RequestContext): Promise<void> {
  for (const { error, ...which } of await findGivenUpExports(request.env.DB, MAX_GIVEN_UP))
    await giveUp(request, which, error ?? 'It has failed several times.', null)
}
