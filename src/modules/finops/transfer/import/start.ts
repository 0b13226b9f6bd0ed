// An import is a run of this built-in definition. Invariants:
// 1. The run's id is derived from the import's id and stored in its row, so a repeated start finds the same run.
//    If the host of that id is full, the run gets another one, which is stored before the run is created.
// 2. If the start is lost after the row was written, a message of the same commit repeats it.
import type { RequestContext } from '../../../../context.ts'
import { MINUTE_MS } from '../../../../core/clock.ts'
import { AppError } from '../../../../core/errors.ts'
import { prepare } from '../../../../db/statement.ts'
import type { RunActor } from '../../../../objects/run-spec.ts'
import type { CostsImport } from '../../../../queue/messages/finops.ts'
import { builtInRunnable, runIdOf, startRunnable } from '../../../runs/index.ts'
import { endImport } from './end.ts'
import { findImport, type ImportRow, setImportRun } from './repo.ts'

const KIND = 'import'
/** More than the largest file needs. */
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
    named: async (named) => {
      if (named !== runId) await prepare(request.env.DB, setImportRun(teamId, id, named)).run()
    },
  })
}

/** Handles the message of invariant 2. The request may have started the run already. */
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
