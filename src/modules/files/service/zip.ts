// A selection of files as one zip, created while it is sent: each object is opened when it is needed.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { toNfc } from '../../../core/marks.ts'
import { findByIds, findByPrefix, type SelectedRow } from '../repo/selection.ts'
import type { ZipFiles } from '../schema/link.ts'

export const MAX_ZIP_FILES = 500
export const MAX_ZIP_BYTES = 2 * 1024 ** 3

export type Zip = { stream: ReadableStream<Uint8Array>; sizeBytes: number }

export async function zipFiles(ctx: ServiceContext, { ids, prefix }: ZipFiles): Promise<Zip> {
  const rows = await selected(ctx, ids, prefix)
  const total = rows.reduce((sum, row) => sum + row.sizeBytes, 0)
  if (total > MAX_ZIP_BYTES)
    throw new AppError('request.too_large', {
      detail: `The files have ${total} bytes together; a zip can have at most ${MAX_ZIP_BYTES}.`,
    })
  const { makeZip, predictLength } = await import('client-zip')
  const metadata = rows.map(({ name, sizeBytes, updatedAt }) => ({
    name,
    size: sizeBytes,
    lastModified: new Date(updatedAt),
  }))
  return { stream: makeZip(opened(ctx, rows)), sizeBytes: Number(predictLength(metadata)) }
}

async function selected(
  ctx: ServiceContext,
  ids: string[] | undefined,
  prefix: string | undefined,
): Promise<SelectedRow[]> {
  const { teamId } = ctx.actor
  if (ids !== undefined) {
    const wanted = [...new Set(ids)]
    const rows = await findByIds(ctx.env.DB, teamId, wanted)
    const absent = wanted.filter((id) => !rows.some((row) => row.id === id))
    if (absent.length > 0)
      throw new AppError('resource.not_found', {
        detail: `The files ${absent.slice(0, 5).join(', ')}${absent.length > 5 ? ' and more' : ''} were not found.`,
      })
    return rows
  }
  const rows = await findByPrefix(ctx.env.DB, teamId, toNfc(prefix ?? ''), MAX_ZIP_FILES + 1)
  if (rows.length === 0) throw notFound('A file with this prefix')
  if (rows.length > MAX_ZIP_FILES)
    throw new AppError('request.too_large', {
      detail: `More than ${MAX_ZIP_FILES} files have this prefix.`,
    })
  return rows
}

async function* opened({ env }: RequestContext, rows: readonly SelectedRow[]) {
  for (const { name, objectKey, sizeBytes, updatedAt } of rows) {
    const object = await env.FILES.get(objectKey)
    if (object === null) throw new Error(`The object of ${name} is gone`)
    yield { name, size: sizeBytes, lastModified: new Date(updatedAt), input: object.body }
  }
}
