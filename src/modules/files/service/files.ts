import type { ReadContext, RequestContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { isId } from '../../../core/ids.ts'
import { toNfc } from '../../../core/marks.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { commitOrStale, isUniqueViolation } from '../../../db/commit.ts'
import { firstOf, rowsOf } from '../../../db/hot-read.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { fileName } from '../name.ts'
import { type FileRow, findFile, findFileByName, updateFile as updateFileRow } from '../repo/files.ts'
import { countFiles, countFolders, findFiles, findFolders } from '../repo/list.ts'
import { countUses, searchUses } from '../repo/uses.ts'
import { findVersions } from '../repo/versions.ts'
import type { File, FileVersionPage, ListFiles, UpdateFile } from '../schema/file.ts'
import type { FileFolder, ListFolders } from '../schema/folder.ts'
import type { FileUse, ListFileUses } from '../schema/use.ts'
import { extensionOf, isForbiddenExtension, isTextType, typeOf } from '../types/table.ts'
import { nameTaken } from './save.ts'
import { contentUrl, toFile, versionedFile } from './view.ts'

const SORT_VALUES = {
  createdAt: (row: FileRow) => row.createdAt,
  updatedAt: (row: FileRow) => row.updatedAt,
  name: (row: FileRow) => row.name,
  sizeBytes: (row: FileRow) => row.sizeBytes,
}

export async function listFiles(ctx: ReadContext, query: ListFiles): Promise<Page<File>> {
  const wanted = normalised(query)
  const { rows, actor } = await ctx.read(({ teamId }) => findFiles(teamId, wanted))
  const sortValue = SORT_VALUES[query.sort.replace('-', '') as keyof typeof SORT_VALUES]
  const page = toPage(rows, query, (row) => ({ value: sortValue(row), id: row.id }), toFile)
  return query.count ? { ...page, total: await countFiles(ctx.env.DB, actor.teamId, wanted) } : page
}

/** Names are stored in NFC, so the search text is normalized too. */
const normalised = (query: ListFiles): ListFiles => ({
  ...query,
  ...(query.prefix === undefined ? {} : { prefix: toNfc(query.prefix) }),
  ...(query.folder === undefined ? {} : { folder: toNfc(query.folder) }),
  ...(query.name === undefined ? {} : { name: toNfc(query.name) }),
  ...(query.q === undefined ? {} : { q: toNfc(query.q) }),
})

/** The folders directly below another one. They exist as long as a file is in them. */
export async function listFolders(ctx: ServiceContext, query: ListFolders): Promise<Page<FileFolder>> {
  const { teamId } = ctx.actor
  const parent = toNfc(query.parent)
  const rows = await findFolders(ctx.env.DB, teamId, { ...query, parent })
  const page = toPage(
    rows,
    query,
    ({ name }) => ({ value: name, id: name }),
    ({ updatedAt, ...row }) => ({ ...row, updatedAt: toIso(updatedAt) }),
  )
  return query.count ? { ...page, total: await countFolders(ctx.env.DB, teamId, parent) } : page
}

/** Of a deleted file as well, while it can be restored. */
export async function listUses(ctx: ServiceContext, id: string, query: ListFileUses): Promise<Page<FileUse>> {
  const { teamId } = ctx.actor
  const file = (await firstOf(ctx.env.DB, findFile(teamId, id))) ?? missing()
  const rows = await rowsOf(ctx.env.DB, searchUses(teamId, file.id, query))
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    ({ kind, id: user, createdAt }) => ({ kind, id: user, createdAt: toIso(createdAt) }),
  )
  return query.count ? { ...page, total: await countUses(ctx.env.DB, teamId, file.id) } : page
}

export async function getFile(ctx: ReadContext, id: string): Promise<Versioned<File>> {
  const { rows } = await ctx.read(({ teamId }) => findFile(teamId, id))
  return versionedFile(rows[0] ?? missing())
}

export const missing = (): never => {
  throw notFound('The file')
}

/** A text that looks like an id is tried as an id first. */
export async function findByIdOrName(
  scope: RequestContext,
  teamId: string,
  idOrName: string,
): Promise<FileRow | null> {
  const byId = isId('file', idOrName) ? await firstOf(scope.env.DB, findFile(teamId, idOrName)) : null
  return byId ?? firstOf(scope.env.DB, findFileByName(teamId, toNfc(idOrName)))
}

export async function getFileInfo(ctx: ServiceContext, idOrName: string): Promise<Versioned<File>> {
  return versionedFile((await findByIdOrName(ctx, ctx.actor.teamId, idOrName)) ?? missing())
}

/** A file of the team that is neither deleted nor part of a run. */
export async function requireFile(ctx: ServiceContext, id: string): Promise<FileRow> {
  const row = await firstOf(ctx.env.DB, findFile(ctx.actor.teamId, id))
  return row === null || row.deletedAt !== null ? missing() : row
}

export async function updateFile(
  ctx: ServiceContext,
  id: string,
  input: UpdateFile,
  expected: Expected,
): Promise<Versioned<File>> {
  const before = await requireFile(ctx, id)
  requireExpected(expected, before.revision)
  if (before.runId !== null) throw ofRun()
  const name = input.name === undefined ? undefined : fileName(input.name)
  const changes = {
    ...(name === undefined || name === before.name ? {} : { name, contentType: renamedType(before, name) }),
    ...(input.tags === undefined ? {} : { tags: input.tags }),
  }
  if (Object.keys(changes).length > 0) await change(ctx, before, changes)
  return versionedFile(await requireFile(ctx, id))
}

async function change(
  ctx: ServiceContext,
  before: FileRow,
  changes: { name?: string; contentType?: string; tags?: string[] },
): Promise<void> {
  try {
    await commitOrStale(ctx, {
      guard: updateFileRow(before, changes, ctx.now()),
      audit: {
        action: 'file.updated',
        targetType: 'file',
        targetId: before.id,
        before: { name: before.name, tags: JSON.parse(before.tags) as string[] },
        after: changes,
      },
    })
  } catch (error) {
    if (isUniqueViolation(error, 'files.name')) throw nameTaken(changes.name ?? before.name)
    throw error
  }
}

export const ofRun = (): AppError =>
  new AppError('resource.conflict', {
    detail:
      'The file belongs to a run and is deleted with it. To keep it, download it and upload it under another name.',
  })

/**
 * A new extension must not turn the content into something that was not checked. Text may become another kind of
 * text.
 */
function renamedType(before: FileRow, name: string): string {
  const extension = extensionOf(name)
  const type = typeOf(extension)
  if (isForbiddenExtension(extension) || type === null)
    throw new AppError(isForbiddenExtension(extension) ? 'file.forbidden_type' : 'file.unsupported_type', {
      detail: `A file cannot be named ${name}.`,
    })
  const isPlain = type.text && type.begins === undefined && isTextType(before.contentType)
  if (type.contentType !== before.contentType && !isPlain)
    throw new AppError('file.type_mismatch', {
      detail: `The content is ${before.contentType}, which does not match .${extension}.`,
    })
  return type.contentType
}

export async function listVersions(ctx: ServiceContext, id: string): Promise<FileVersionPage> {
  const { teamId } = ctx.actor
  const file = (await firstOf(ctx.env.DB, findFile(teamId, id))) ?? missing()
  const rows = await findVersions(ctx.env.DB, teamId, id)
  const items = rows.map(({ objectKey: _, createdAt, ...row }) => ({
    ...row,
    isCurrent: row.version === file.version,
    createdAt: toIso(createdAt),
    url: `${contentUrl(id)}?version=${row.version}`,
  }))
  return { items, nextCursor: null }
}
