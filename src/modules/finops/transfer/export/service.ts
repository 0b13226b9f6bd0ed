import type { ServiceContext } from '../../../../context.ts'
import { streamText } from '../../../../core/encode-text.ts'
import { commit } from '../../../../db/commit.ts'
import type { SnapshotFilter } from '../../snapshots/schema.ts'
import type { TransferKind } from '../columns.ts'
import { headOf, lineOf } from './lines.ts'
import { pagesOf } from './pages.ts'
import { findTeamName } from './repo.ts'
import type { ExportFormat } from './schema.ts'
import { exportXlsx } from './xlsx.ts'

/** All matching rows as text, a page at a time. */
export async function* exportText(
  d1: D1Database,
  kind: TransferKind,
  teamId: string,
  { format, ...filter }: SnapshotFilter & { format: ExportFormat },
): AsyncGenerator<string, undefined> {
  const team = { id: teamId, name: await findTeamName(d1, teamId) }
  const head = headOf(kind, format)
  if (head !== '') yield head
  for await (const rows of pagesOf(d1, kind, teamId, filter))
    yield rows.map((row) => lineOf(kind, format, row, team)).join('')
  return undefined
}

/** Streams as fast as the client reads. The export is audited before the first byte is sent. */
export async function exportSnapshots(
  ctx: ServiceContext,
  kind: TransferKind,
  query: SnapshotFilter & { format: ExportFormat | 'xlsx' },
): Promise<ReadableStream<Uint8Array>> {
  const { teamId } = ctx.actor
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
  await commit(ctx, {
    audit: { action: `${kind}.exported`, targetType: 'team', targetId: teamId, after: given },
  })
  const { format, ...filter } = query
  if (format === 'xlsx') return exportXlsx(ctx.env.DB, kind, teamId, filter)
  return streamText(exportText(ctx.env.DB, kind, teamId, { ...filter, format }))
}
