// Stores content in the bucket, before any row refers to it. Invariants:
// 1. The deletion of the object is scheduled first. Only the commit that adds a row for the object cancels it.
// 2. A refused object is deleted immediately. After a crash, the scheduled deletion removes it.
import type { RequestContext } from '../../../context.ts'
import { randomToken } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { limitReached, PLAN_LIMITS } from '../../../core/plans.ts'
import { prepareRead } from '../../../db/hot-read.ts'
import { insertPromise, takeBackPromise } from '../../../db/promised-deletion.ts'
import { prepare } from '../../../db/statement.ts'
import { type FileRow, findFileByName } from '../repo/files.ts'
import { findStorage, type StorageRow } from '../repo/quota.ts'
import type { StoredObject } from '../repo/versions.ts'
import { type Inspector, inspectorFor } from '../types/inspect.ts'
import { counted, put, putSmall, readSmall, SMALL_BYTES, withHead } from './put.ts'
import { MAX_FILE_BYTES, requireSize } from './size.ts'

export type Content = {
  /** In NFC, and checked by `fileName`. */
  name: string
  chunks: AsyncIterable<Uint8Array>
  /** Null if the length is not known before the end. */
  sizeBytes: number | null
  /** The checksum that the sender expects. */
  sha256?: string | undefined
  maxBytes?: number | undefined
  /** For content that we create: its type, instead of the type of the name. */
  contentType?: string | undefined
}

/** `holder` is the file that had the name when the upload began; null if there was none. */
export type Staged = StoredObject & { name: string; holder: FileRow | null }

export const fileObjectPrefix = (teamId: string): string => `teams/${teamId}/files/`

export async function stageContent(scope: RequestContext, teamId: string, content: Content): Promise<Staged> {
  const { name, sizeBytes, maxBytes = MAX_FILE_BYTES } = content
  const inspector = content.contentType === undefined ? inspectorFor(name) : null
  if (sizeBytes !== null) requireSize(sizeBytes, maxBytes)
  const now = scope.now()
  const objectKey = `${fileObjectPrefix(teamId)}${randomToken()}`
  const promiseId = newId('msg', now)
  const chunks = withHead(counted(content.chunks, sizeBytes, maxBytes), inspector)
  const small = sizeBytes !== null && sizeBytes <= SMALL_BYTES ? readSmall(chunks) : null
  const promising = promise(scope, teamId, { name, objectKey, promiseId, sizeBytes: sizeBytes ?? 1 })
  // A body that is being read must be read to its end before any response.
  await Promise.allSettled([promising, small])
  const holder = await promising
  try {
    const contentType = content.contentType ?? (inspector as Inspector).type.contentType
    const { size, sha256 } =
      small === null
        ? await put(scope.env.FILES, objectKey, chunks, sizeBytes)
        : await putSmall(scope.env.FILES, objectKey, await small)
    if (content.sha256 !== undefined && content.sha256.toLowerCase() !== sha256)
      throw new AppError('file.checksum_mismatch', {
        detail: `The content has the SHA-256 ${sha256}, not ${content.sha256}. Send it again.`,
      })
    return { name, holder, objectKey, promiseId, contentType, sizeBytes: size, sha256 }
  } catch (error) {
    await discard(scope, { objectKey, promiseId })
    throw error
  }
}

/** After a failure. If this fails too, the scheduled deletion remains. */
export async function discard(
  scope: RequestContext,
  { objectKey, promiseId }: Pick<Staged, 'objectKey' | 'promiseId'>,
): Promise<void> {
  try {
    await scope.env.FILES.delete(objectKey)
    await prepare(scope.env.DB, takeBackPromise(promiseId)).run()
  } catch (error) {
    scope.log.warn('an object is left to its promise', { objectKey, error })
  }
}

type Upload = { name: string; objectKey: string; promiseId: string; sizeBytes: number }

/**
 * One round trip to D1: the scheduled deletion, a first check of the quota, and the file that has the name. The commit checks the last
 * two again.
 */
async function promise(
  scope: RequestContext,
  teamId: string,
  { name, objectKey, promiseId, sizeBytes }: Upload,
): Promise<FileRow | null> {
  const d1 = scope.env.DB
  const [found, holders] = await d1.batch([
    prepare(d1, findStorage(teamId)),
    prepareRead(d1, findFileByName(teamId, name)),
    prepare(d1, insertPromise(promiseId, objectKey, scope.requestId, scope.now())),
  ])
  const storage = found?.results[0] as StorageRow | undefined
  const refusal = storage === undefined ? notFound('The team') : quotaRefusal(storage, sizeBytes)
  if (refusal === null) return (holders?.results[0] as FileRow | undefined) ?? null
  await discard(scope, { objectKey, promiseId })
  throw refusal
}

export function quotaRefusal({ plan, used }: StorageRow, moreBytes: number): AppError | null {
  const limit = PLAN_LIMITS[plan].storageBytes
  return limit === null || used + moreBytes <= limit
    ? null
    : limitReached(plan, 'storageBytes', used, 'bytes of files')
}
