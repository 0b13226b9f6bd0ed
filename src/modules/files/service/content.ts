// The content of a file, as a stream from the bucket.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { toNfc } from '../../../core/marks.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { baseName } from '../name.ts'
import { type FileRow, findFile, findFileByName } from '../repo/files.ts'
import { findVersion } from '../repo/versions.ts'
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

/** Of the current version, unless another is given. Deleted files have no content until they are restored. */
export async function contentOf(
  scope: RequestContext,
  file: FileRow,
  version = file.version,
): Promise<FileContent> {
  const row = await findVersion(scope.env.DB, file.teamId, file.id, version)
  if (row === null) return missing()
  return {
    fileId: file.id,
    filename: baseName(file.name),
    contentType: row.contentType,
    sizeBytes: row.sizeBytes,
    sha256: row.sha256,
    modifiedAt: row.createdAt,
    mayBeInline: mayBeInline(row.contentType),
    open: async (part) => {
      const object = await scope.env.FILES.get(row.objectKey, part === undefined ? {} : { range: part })
      if (object === null) {
        scope.log.error('the object of a file is gone', { fileId: file.id, version })
        return missing()
      }
      return object.body
    },
  }
}

export async function getContent(ctx: ServiceContext, id: string, version?: number): Promise<FileContent> {
  const file = await firstOf(ctx.env.DB, findFile(ctx.actor.teamId, id))
  return file === null || file.deletedAt !== null ? missing() : contentOf(ctx, file, version)
}

/** Names the person who has uploaded it. */
export async function getContentByName(
  ctx: ServiceContext,
  userId: string,
  name: string,
  version?: number,
): Promise<FileContent> {
  const file = await firstOf(ctx.env.DB, findFileByName(ctx.actor.teamId, toNfc(name)))
  return file === null || file.uploadedBy !== userId ? missing() : contentOf(ctx, file, version)
}
