import * as z from 'zod'
import type { ReadContext } from '../../../context.ts'
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts'
import { notFound } from '../../../core/errors.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { PLATFORMS } from '../platforms/index.ts'
import { type DeploymentRow, findDeployment } from '../repo/deployments.ts'
import { findFilePage } from '../repo/files.ts'
import { countDeployments, findDeployments } from '../repo/list.ts'
import { findLines } from '../repo/logs.ts'
import {
  type Deployment,
  type DeploymentFile,
  type DeploymentLogLine,
  type DeploymentPlatform,
  type ListDeploymentFiles,
  type ListDeploymentLogs,
  type ListDeployments,
  Settings,
} from '../schema.ts'
import { toDeployment, toLogLine } from './view.ts'

export async function listDeployments(ctx: ReadContext, query: ListDeployments): Promise<Page<Deployment>> {
  const { rows, actor } = await ctx.read((who) => findDeployments(who.teamId, query, query))
  const page = toPage(rows, query, ({ createdAt, id }) => ({ value: createdAt, id }), toDeployment)
  return query.count ? { ...page, total: await countDeployments(ctx.env.DB, actor.teamId, query) } : page
}

export async function requireDeployment(ctx: ReadContext, id: string): Promise<DeploymentRow> {
  const { rows } = await ctx.read((who) => findDeployment(who.teamId, id))
  const [row] = rows
  if (row === undefined) throw notFound('The deployment')
  return row
}

export const getDeployment = async (ctx: ReadContext, id: string): Promise<Deployment> =>
  toDeployment(await requireDeployment(ctx, id))

export async function listDeploymentLogs(
  ctx: ReadContext,
  id: string,
  { cursor, limit, sort, count }: ListDeploymentLogs,
): Promise<Page<DeploymentLogLine>> {
  await requireDeployment(ctx, id)
  const after = cursor === undefined ? null : Number(decodeCursor(cursor, sort).value)
  const descending = sort === '-seq'
  const rows = await findLines(ctx.env.DB, id, { after, limit: limit + 1, descending })
  const page = toPage(rows, { limit, sort }, ({ seq }) => ({ value: seq, id }), toLogLine)
  if (!count) return page
  const [newest] = await findLines(ctx.env.DB, id, { after: null, limit: 1, descending: true })
  return { ...page, total: newest?.seq ?? 0 }
}

export async function listDeploymentFiles(
  ctx: ReadContext,
  id: string,
  { cursor, limit, sort, count }: ListDeploymentFiles,
): Promise<Page<DeploymentFile>> {
  const row = await requireDeployment(ctx, id)
  const after = cursor === undefined ? '' : String(decodeCursor(cursor, sort).value)
  const rows = await findFilePage(ctx.env.DB, id, after, limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ path, sizeBytes, contentType, sha256, state }) => ({
      ...{ path, sizeBytes, contentType, sha256, state },
    })),
    nextCursor:
      rows.length > limit && last !== undefined ? encodeCursor({ sort, value: last.path, id }) : null,
    ...(count ? { total: row.filesTotal } : {}),
  }
}

export const listPlatforms = (): Page<DeploymentPlatform> => ({
  nextCursor: null,
  total: PLATFORMS.length,
  items: PLATFORMS.map((one) => ({
    platform: one.id,
    name: one.name,
    integrationTypes: [...one.integrationTypes],
    project: one.project,
    settings: [...one.settings],
    settingsSchema: settingsSchemaOf(one.settings),
    previews: one.previews,
    promotes: one.restore?.promote === true,
    rollsBack: one.restore === undefined ? 'with-upload' : 'without-upload',
    limits: one.limits,
    notes: [...one.notes],
  })),
})

/** For forms. */
function settingsSchemaOf(names: readonly (keyof Settings)[]): Record<string, unknown> {
  const mask = Object.fromEntries(names.map((name) => [name, true]))
  const { $schema: _, ...schema } = z.toJSONSchema(Settings.pick(mask as Record<keyof Settings, true>))
  return schema
}
