// Uploads of people and API keys, raw or in a form.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { fileName } from '../name.ts'
import type { UploadQuery, UploadResults } from '../schema/file.ts'
import { type Saved, saveStaged } from './save.ts'
import { type Content, discard, stageContent } from './stage.ts'
import { toFile } from './view.ts'

export const MAX_FILES_PER_UPLOAD = 50

export type Incoming = Omit<Content, 'name'> & { name: string }

export const nameIn = (folder: string | undefined, name: string): string =>
  fileName(folder === undefined || folder === '' ? name : `${folder.replace(/\/$/, '')}/${name}`)

/**
 * `isOnly` is called after the content was read, so that a second file in the body prevents the first from being
 * stored.
 */
export async function uploadFile(
  ctx: ServiceContext,
  incoming: Incoming,
  { folder, tags, onConflict }: UploadQuery,
  isOnly: () => Promise<void> = () => Promise.resolve(),
): Promise<Saved> {
  const { teamId, userId } = ctx.actor
  const staged = await stageContent(ctx, teamId, { ...incoming, name: nameIn(folder, incoming.name) })
  try {
    await isOnly()
  } catch (error) {
    await discard(ctx, staged)
    throw error
  }
  return saveStaged(ctx, staged, { teamId, userId, onConflict, tags })
}

export const statusOf = ({ outcome }: Saved): 200 | 201 => (outcome === 'unchanged' ? 200 : 201)

/** Each file is independent: a refused one does not affect the others. A body that breaks off ends the request. */
export async function uploadFiles(
  ctx: ServiceContext,
  incoming: AsyncIterable<Incoming>,
  query: UploadQuery,
): Promise<UploadResults> {
  const results: UploadResults['results'] = []
  for await (const one of incoming) {
    if (results.length === MAX_FILES_PER_UPLOAD)
      throw new AppError('request.too_large', {
        detail: `At most ${MAX_FILES_PER_UPLOAD} files at a time. The first ${MAX_FILES_PER_UPLOAD} are stored.`,
      })
    try {
      const saved = await uploadFile(ctx, one, query)
      results.push({ status: statusOf(saved), name: saved.file.name, file: toFile(saved.file) })
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'request.malformed') throw error
      results.push({
        status: error.status,
        name: one.name.slice(0, 1_024),
        error: { code: error.code, detail: error.message },
      })
    }
  }
  if (results.length === 0) throw noFile()
  return { results }
}

export const noFile = (): AppError =>
  new AppError('request.invalid', {
    detail: 'The form has no file.',
    errors: [{ path: '/file', message: 'a file is expected', code: 'missing' }],
  })
