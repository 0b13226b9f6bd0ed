// Exports tasks as JSON, JSON lines, CSV or a workbook. Up to `MAX_STREAMED` rows are streamed; more are written to a
// file of the team by a run of kind `export`. A step that is repeated after a crash finds the file of the lost one.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { commit } from '../../../db/commit.ts'
import { writeTeamFile } from '../../files/index.ts'
import { searchedFilter } from '../read/service.ts'
import { countListed, type ListFilter } from '../repo/list.ts'
import { startRunOfTasks } from '../run-of-tasks.ts'
import type { StepScope } from '../step-scope.ts'
import { bytesOf, type Written } from './export-bytes.ts'
import { EXPORT_COLUMNS, type ExportTasks, type StartedExport } from './schema.ts'

export const MAX_STREAMED = 10_000
export const MAX_XLSX_ROWS = 100_000
/** Written in pieces, so its size does not matter. The plan's storage limits it too. */
const MAX_EXPORT_BYTES = 1024 ** 3

type ExportInput = Written & { file: string; rows: number; filter: ListFilter }

const DEFINITION = JSON.stringify({
  name: 'Export tasks',
  settings: { title: '{{ input.rows }} tasks as {{ input.format }}' },
  nodes: [
    {
      id: 'write',
      type: 'tasks.export',
      name: 'Write the file',
      params: { given: null },
      retry: { attempts: 3, delayMs: 2_000, factor: 2 },
      timeoutMs: 30 * 60_000,
    },
  ],
  output: '{{ nodes.write }}',
})

/** A stream of the rows, or the run that writes them. */
export async function exportTasks(
  ctx: ServiceContext,
  { format, filter: query, columns = [...EXPORT_COLUMNS], timezone }: ExportTasks,
): Promise<{ stream: ReadableStream<Uint8Array> } | { started: StartedExport }> {
  const { teamId, userId } = ctx.actor
  const filter = await searchedFilter(ctx, teamId, query, userId)
  const rows = await countListed(ctx.env.DB, teamId, filter, ctx.now())
  if (format === 'xlsx' && rows > MAX_XLSX_ROWS)
    throw new AppError('request.too_large', {
      detail: `A workbook has at most ${MAX_XLSX_ROWS} tasks, and these are ${rows}. Narrow the filter, or use csv.`,
    })
  await commit(
    { ...ctx, idempotency: null },
    { audit: { action: 'tasks.exported', targetType: 'team', targetId: teamId, after: { format, rows } } },
  )
  const written = { format, columns, timezone }
  if (rows <= MAX_STREAMED) return { stream: bytesOf(ctx, teamId, filter, written) }
  const file = `tasks/exports/${newId('msg', ctx.now()).slice(4)}.${format}`
  return { started: await startExport(ctx, { ...written, file, rows, filter }) }
}

async function startExport(ctx: ServiceContext, input: ExportInput): Promise<StartedExport> {
  const built = { kind: 'export', name: 'Export tasks', definition: DEFINITION } as const
  const { runId, link: run } = await startRunOfTasks(ctx, built, input)
  const { file, rows } = input
  return {
    runId,
    run,
    file,
    rows,
    link: `/api/v1/files?prefix=${encodeURIComponent(file)}`,
  }
}

export async function writeExport({ request, teamId, runId, userId, input }: StepScope): Promise<Json> {
  const { file, rows, filter, ...written } = input as unknown as ExportInput
  const stream = bytesOf(request, teamId, filter, written)
  const { $file, name } = await writeTeamFile(request, {
    teamId,
    userId,
    name: file,
    chunks: stream as unknown as AsyncIterable<Uint8Array>,
    sizeBytes: null,
    maxBytes: MAX_EXPORT_BYTES,
    tags: ['tasks', 'export'],
    operationId: `tasks.export ${runId}`,
  })
  return { file: { $file, name }, rows, link: `/api/v1/files/${$file}/content` }
}
