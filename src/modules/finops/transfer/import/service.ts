import type { ServiceContext } from '../../../../context.ts'
import { toIso, toIsoOrNull } from '../../../../core/clock.ts'
import { AppError, notFound } from '../../../../core/errors.ts'
import { newId } from '../../../../core/ids.ts'
import { commit } from '../../../../db/commit.ts'
import { type Page, toPage } from '../../../../db/paginate.ts'
import { requireScope } from '../../../../http/scopes.ts'
import { runActor } from '../../../../objects/run-spec.ts'
import { workflowRun } from '../../../../objects/workflow-run.ts'
import { type Incoming, openTeamFile, uploadFile } from '../../../files/index.ts'
import { requireRunRoom } from '../../../runs/index.ts'
import type { TransferKind } from '../columns.ts'
import { endImport } from './end.ts'
import {
  countErrors,
  countImports,
  findErrors,
  findImport,
  findImports,
  findMapping,
  guardEnd,
  type ImportRow,
  insertImport,
} from './repo.ts'
import {
  type CostImport,
  type ImportError,
  type ImportFileQuery,
  ImportOptions,
  type ListImportErrors,
  type ListImports,
  type StartImport,
} from './schema.ts'
import { importRunId, importRunnable, startRunOf } from './start.ts'

/** Stores the file among those of the team, and imports it. */
export async function importFile(
  ctx: ServiceContext,
  kind: TransferKind,
  file: Incoming,
  options: ImportFileQuery,
): Promise<CostImport> {
  requireScope(
    ctx.actor,
    'files:write',
    'The file is stored as a file of the team. This needs the right files:write.',
  )
  await requireMapping(ctx, options)
  const query = { folder: 'imports', tags: [kind, 'import'], onConflict: 'version' as const }
  const saved = await uploadFile(ctx, file, query)
  return begin(ctx, kind, { fileId: saved.file.id, ...options })
}

async function requireMapping(
  ctx: ServiceContext,
  { mapping }: Pick<ImportOptions, 'mapping'>,
): Promise<void> {
  if (mapping === undefined || (await findMapping(ctx.db, ctx.actor.teamId, mapping)) !== null) return
  throw notFound('The mapping')
}

/** Imports a file of the team. The costs and the errors of its rows show its content. */
export async function startImport(
  ctx: ServiceContext,
  kind: TransferKind,
  start: StartImport,
): Promise<CostImport> {
  requireScope(ctx.actor, 'files:read', 'An import of a file of the team needs the right files:read.')
  return begin(ctx, kind, start)
}

async function begin(
  ctx: ServiceContext,
  kind: TransferKind,
  { fileId, ...options }: StartImport,
): Promise<CostImport> {
  const { teamId, userId } = ctx.actor
  const file = await openTeamFile(ctx, teamId, fileId)
  if (file === null) throw notFound('The file')
  await requireMapping(ctx, options)
  await requireRunRoom(ctx, await importRunnable(ctx, teamId), 'manual', null)
  const id = newId('imp', ctx.now())
  const row = {
    id,
    teamId,
    userId,
    kind,
    fileId: file.ref.$file,
    fileVersion: file.version,
    fileName: file.ref.name,
    runId: await importRunId(ctx, teamId, id),
    options,
    status: 'queued' as const,
    createdAt: ctx.now(),
  }
  await commit(ctx, {
    statements: [insertImport(ctx.db, row)],
    audit: {
      action: 'import.started',
      targetType: 'import',
      targetId: id,
      after: { kind, file: file.ref.name, ...options },
    },
    messages: [{ type: 'costs.import', teamId, importId: id }],
  })
  const created = await requireImport(ctx, id)
  try {
    await startRunOf(ctx, created, runActor(ctx))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await endImport(ctx, created, { status: 'failed', error: error.message })
  }
  return getImport(ctx, id)
}

export async function listImports(ctx: ServiceContext, query: ListImports): Promise<Page<CostImport>> {
  const { teamId } = ctx.actor
  const rows = await findImports(ctx.db, teamId, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toImport)
  return query.count ? { ...page, total: await countImports(ctx.db, teamId, query) } : page
}

export async function getImport(ctx: ServiceContext, id: string): Promise<CostImport> {
  return toImport(await requireImport(ctx, id))
}

async function requireImport(ctx: ServiceContext, id: string): Promise<ImportRow> {
  const row = await findImport(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The import')
  return row
}

export async function listImportErrors(
  ctx: ServiceContext,
  id: string,
  query: ListImportErrors,
): Promise<Page<ImportError>> {
  await requireImport(ctx, id)
  const rows = await findErrors(ctx.db, id, query)
  const page = toPage(
    rows,
    query,
    ({ number }) => ({ value: number, id: String(number) }),
    ({ number: _, ...error }) => error,
  )
  return query.count ? { ...page, total: await countErrors(ctx.db, id) } : page
}

/** Imported pages stay. */
export async function cancelImport(ctx: ServiceContext, id: string): Promise<CostImport> {
  const row = await requireImport(ctx, id)
  if (row.runId !== null && (row.status === 'queued' || row.status === 'running'))
    await workflowRun(ctx.env.RUNS, row.runId).control('cancel', ctx.actor.userId, runActor(ctx))
  const outcome = await commit(ctx, {
    guard: guardEnd(row, 'cancelled', null, ctx.now()),
    audit: { action: 'import.cancelled', targetType: 'import', targetId: id },
  })
  if (outcome === 'guard_missed') throw new AppError('resource.conflict', { detail: 'The import has ended.' })
  return getImport(ctx, id)
}

const toImport = (row: ImportRow): CostImport => ({
  id: row.id,
  kind: row.kind,
  fileId: row.fileId,
  fileName: row.fileName,
  runId: row.runId,
  options: ImportOptions.parse(row.options),
  status: row.status,
  line: row.line,
  created: row.created,
  corrected: row.corrected,
  unchanged: row.unchanged,
  refused: row.refused,
  error: row.error,
  createdAt: toIso(row.createdAt),
  finishedAt: toIsoOrNull(row.finishedAt),
})
