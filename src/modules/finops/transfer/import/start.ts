// An import is a run of this definition, which nobody can edit. Invariants:
// 1. The id of the run follows from that of the import and stands in its row, so a start that is made again finds the run.
// 2. A start that was lost after the row was written is made by the message of the same commit.
import type { RequestContext } from '../../../../context.ts'
import { AppError } from '../../../../core/errors.ts'
import type { RunActor } from '../../../../objects/workflow-run.ts'
import type { CostsImport } from '../../../../queue/messages/finops.ts'
import { builtInRunnable, runIdOf, startRunnable } from '../../../runs/index.ts'
import { endImport } from './end.ts'
import { findImport, type ImportRow } from './repo.ts'

const KIND = 'import'
const MINUTE_MS = 60_000
/** More than a file of the most rows needs. */
const MAX_STEPS = 1_000

const DEFINITION = JSON.stringify({
  name: 'Import costs',
  settings: { title: 'Import {{ input.kind }} from {{ input.file }}' },
  nodes: [
    {
      id: 'import',
      type: 'costs.import',
      name: 'Import rows',
      retry: { attempts: 6, delayMs: 2_000, factor: 3 },
      timeoutMs: 15 * MINUTE_MS,
    },
  ],
  edges: [{ from: 'import', to: 'import', port: 'again', back: true, maxIterations: MAX_STEPS }],
  output: '{{ nodes.import }}',
})

export const importRunnable = (request: RequestContext, teamId: string) =>
  builtInRunnable(request, teamId, { kind: KIND, name: 'Import costs', definition: DEFINITION })

const onceOf = (importId: string): string => `import ${importId}`

export const importRunId = (
  { settings }: RequestContext,
  teamId: string,
  importId: string,
): Promise<string> => runIdOf(settings, { teamId, id: KIND, isOwn: false }, onceOf(importId))

export async function startRunOf(
  request: RequestContext,
  { id, teamId, userId, kind, fileName, runId }: ImportRow,
  by?: RunActor,
): Promise<void> {
  await startRunnable(request, await importRunnable(request, teamId), {
    ...{ input: { importId: id, kind, file: fileName }, trigger: { type: 'manual' }, startedBy: userId },
    ...{ options: {}, more: { workflowId: null }, once: onceOf(id), kind: KIND, subjectId: id },
    ...(runId === null ? {} : { runId }),
    ...(by === undefined ? {} : { by }),
  })
}

/** Of a start that the request itself may have made already. */
export async function startImportRun(
  request: RequestContext,
  { teamId, importId }: CostsImport,
): Promise<void> {
  const row = await findImport(request.db, teamId, importId)
  if (row === null || (row.status !== 'queued' && row.status !== 'running')) return
  try {
    await startRunOf(request, row)
  } catch (error) {
    if (!(error instanceof AppError) || error.retryAfterSeconds !== undefined) throw error
    await endImport(request, row, { status: 'failed', error: error.message })
  }
}
