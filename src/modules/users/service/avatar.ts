// Avatars. Invariants:
// 1. The image is stored under a random key before the row refers to it, so the row never refers to a missing object.
// 2. A message of the commit that replaces an image deletes the old one. It is retried until it succeeds.
// 3. All objects of a user share one prefix, so deleting the account also removes what a crash left behind.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { randomToken } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { chunksOf } from '../../../core/read-chunks.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { guardAvatar, type ProfileRow } from '../repo/profile.ts'
import type { Profile } from '../schema/profile.ts'
import { EXTENSIONS, IMAGE_TYPES, type ImageType, SIGNATURE_BYTES, sniffImage } from './image.ts'
import { getProfile, requireProfile } from './profile.ts'

export const MAX_AVATAR_BYTES = 2 * 1024 * 1024

export const avatarPrefix = (userId: string): string => `avatars/${userId}/`

export type Upload = {
  body: ReadableStream<Uint8Array> | null
  type: string | undefined
  /** From Content-Length; null if the client sent none. */
  sizeBytes: number | null
}

export async function putAvatar(ctx: ServiceContext, upload: Upload, expected: Expected): Promise<Profile> {
  const { userId } = ctx.actor
  const before = await requireProfile(ctx)
  const seenVersion = await requireExpectedVersion(ctx, before, expected)
  const type = declaredType(upload.type)
  if (upload.sizeBytes !== null && upload.sizeBytes > MAX_AVATAR_BYTES) throw tooLarge()
  const key = `${avatarPrefix(userId)}${randomToken()}`
  await store(ctx, key, type, upload)
  const outcome = await commit(ctx, {
    guard: guardAvatar(userId, before.avatarKey, { key, type }, seenVersion, ctx.now()),
    audit: { action: 'avatar.set', targetType: 'user', targetId: userId, after: { type } },
    messages: before.avatarKey ? [deletion(before.avatarKey)] : [],
  })
  if (outcome === 'guard_missed') {
    // Only here is it certain that no row refers to the new object. After a failed batch a row may refer to it.
    ctx.defer(ctx.env.FILES.delete(key).catch(() => undefined))
    throw new AppError('resource.conflict', {
      detail: 'Another request has just changed the avatar.',
    })
  }
  return getProfile(ctx)
}

export async function deleteAvatar(ctx: ServiceContext, expected: Expected): Promise<void> {
  const { userId } = ctx.actor
  const before = await requireProfile(ctx)
  const seenVersion = await requireExpectedVersion(ctx, before, expected)
  if (before.avatarKey === null) throw notFound('The avatar')
  const outcome = await commit(ctx, {
    guard: guardAvatar(userId, before.avatarKey, null, seenVersion, ctx.now()),
    audit: { action: 'avatar.deleted', targetType: 'user', targetId: userId },
    messages: [deletion(before.avatarKey)],
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', {
      detail: 'Another request has just changed the avatar.',
    })
}

export type AvatarImage = {
  body: ReadableStream
  type: string
  filename: string
  etag: string
  sizeBytes: number
}

export async function getAvatar(ctx: ServiceContext): Promise<AvatarImage> {
  const row = await requireProfile(ctx)
  const object = row.avatarKey === null ? null : await ctx.env.FILES.get(row.avatarKey)
  if (object === null || row.avatarType === null) throw notFound('The avatar')
  return {
    body: object.body,
    type: row.avatarType,
    filename: `avatar.${EXTENSIONS[row.avatarType as ImageType]}`,
    etag: object.httpEtag,
    sizeBytes: object.size,
  }
}

/** If-Match accepts the ETag of the image or of the profile. */
async function requireExpectedVersion(
  ctx: RequestContext,
  before: ProfileRow,
  expected: Expected,
): Promise<number | null> {
  if (expected === null) return null
  const object = before.avatarKey === null ? null : await ctx.env.FILES.head(before.avatarKey)
  return requireExpected(expected, before.version, ...(object === null ? [] : [object.etag]))
}

const deletion = (key: string) => ({ type: 'storage.delete' as const, keys: [key], prefixes: [] })

const tooLarge = () =>
  new AppError('request.too_large', { detail: `An avatar can have at most ${MAX_AVATAR_BYTES} bytes.` })

const notAnImage = (detail: string) => new AppError('request.unsupported_media_type', { detail })

function declaredType(header: string | undefined): ImageType {
  const declared = header?.split(';')[0]?.trim().toLowerCase()
  const type = IMAGE_TYPES.find((one) => one === declared)
  if (!type) throw notAnImage(`Content-Type must be one of ${IMAGE_TYPES.join(', ')}.`)
  return type
}

/** Checks the first bytes, then streams the body to R2. R2 needs the length first, so a body of unknown length is buffered. */
async function store(ctx: RequestContext, key: string, type: ImageType, upload: Upload): Promise<void> {
  const chunks = countedChunks(upload)
  try {
    const head = await readHead(chunks)
    const found = sniffImage(await concatenate(head))
    if (found !== type)
      throw notAnImage(
        `The content is ${found === null ? 'not a supported image' : found}, but Content-Type is ${type}.`,
      )
    const options = { httpMetadata: { contentType: type } }
    if (upload.sizeBytes === null) {
      for await (const chunk of chunks) head.push(chunk)
      await ctx.env.FILES.put(key, await concatenate(head), options)
      return
    }
    const { readable, writable } = new FixedLengthStream(upload.sizeBytes)
    // If both fail, report the client's failure: R2 fails because the bytes did not arrive.
    const [sent, stored] = await Promise.allSettled([
      pump(head, chunks, writable),
      ctx.env.FILES.put(key, readable, options),
    ])
    if (sent.status === 'rejected' && sent.reason instanceof AppError) throw sent.reason
    if (stored.status === 'rejected') throw stored.reason
    if (sent.status === 'rejected') throw sent.reason
  } finally {
    await chunks.return(undefined)
  }
}

async function readHead(chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array[]> {
  const head: Uint8Array[] = []
  let size = 0
  while (size < SIGNATURE_BYTES) {
    const next = await chunks.next()
    if (next.done) break
    head.push(next.value)
    size += next.value.byteLength
  }
  return head
}

async function pump(
  head: Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
  writable: WritableStream<Uint8Array>,
): Promise<void> {
  const writer = writable.getWriter()
  try {
    for (const chunk of head) await writer.write(chunk)
    for await (const chunk of rest) await writer.write(chunk)
    await writer.close()
  } catch (error) {
    await writer.abort(error).catch(() => undefined)
    throw error
  }
}

/** Checks the received size against the limit and Content-Length, whatever the transport. */
async function* countedChunks({ body, sizeBytes }: Upload): AsyncGenerator<Uint8Array, undefined> {
  let size = 0
  try {
    for await (const chunk of body === null ? [] : chunksOf(body)) {
      size += chunk.byteLength
      if (size > MAX_AVATAR_BYTES) throw tooLarge()
      if (sizeBytes !== null && size > sizeBytes) throw wrongLength()
      yield chunk
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    // Reading fails when the client disconnects. That is not a server error.
    throw new AppError('request.malformed', { detail: 'The body ended early.', cause: error })
  }
  if (sizeBytes !== null && size < sizeBytes) throw wrongLength()
  return undefined
}

const wrongLength = () =>
  new AppError('request.malformed', { detail: 'The length of the body does not match Content-Length.' })

const concatenate = async (chunks: Uint8Array[]): Promise<Uint8Array> =>
  new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer())
