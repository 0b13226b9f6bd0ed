// The content of a file, as a stream from the bucket.
import type { ReadContext, RequestContext } from '../../../context.ts'
import { toNfc } from '../../../core/marks.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { baseName } from '../name.ts'
import { type ContentRow, type FileRow, findContent, findContentByName } from '../repo/files.ts'
import { mayBeInline } from '../types/table.ts'
import { missing } from './files.ts'

export type FileContent = {
  fileId: string
  filename: string
  contentType: string
  sizeBytes: number
  sha256: string
  modifiedAt: number
  mayBeInline: boolean
  /** Opens the object, or a part of it. Rejects with not found if the object is gone. */
  open: (part?: { offset: number; length: number }) => Promise<ReadableStream<Uint8Array>>
}

/** Of the version that the row says; null if it is gone. */
export async function contentOf(
  scope: RequestContext,
  { id, teamId, version }: FileRow,
): Promise<FileContent | null> {
  const row = await firstOf(scope.env.DB, findContent(teamId, id, version))
  return row === null ? null : toContent(scope, row)
}

/** Deleted files have no content until they are restored. */
export async function getContent(ctx: ReadContext, id: string, version?: number): Promise<FileContent> {
  const { rows } = await ctx.read(({ teamId }) => findContent(teamId, id, version ?? null))
  const [row] = rows
  return row === undefined || row.deletedAt !== null ? missing() : toContent(ctx, row)
}

/** By the person who has uploaded it, and its name. */
export async function getContentByName(
  ctx: ReadContext,
  userId: string,
  name: string,
  version?: number,
): Promise<FileContent> {
  const which = { userId, name: toNfc(name) }
  const { rows } = await ctx.read(({ teamId }) => findContentByName(teamId, which, version ?? null))
  return toContent(ctx, rows[0] ?? missing())
}

export function toContent(scope: RequestContext, row: ContentRow): FileContent {
  return {
    fileId: row.id,
    filename: baseName(row.name),
    contentType: row.contentType,
    sizeBytes: row.sizeBytes,
    sha256: row.sha256,
    modifiedAt: row.writtenAt,
    mayBeInline: mayBeInline(row.contentType),
    open: async (part) => {
      const object = await scope.env.FILES.get(row.objectKey, part === undefined ? {} : { range: part })
      if (object === null) {
        scope.log.error('the object of a file is gone', { fileId: row.id, objectKey: row.objectKey })
        return missing()
      }
      return object.body
    },
  }
}
