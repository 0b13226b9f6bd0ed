// Uploads in parts, for unreliable connections. Invariants:
// 1. Each part is a separate object under the upload's prefix. The row exists before any of them.
// 2. Parts may come in any order and repeatedly. The last one counts.
// 3. Completing an upload streams the parts in order through the same checks as any upload, and happens once, however
//    often and however many times at once it is requested: every request gets the same file.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { gather } from '../../../core/read-chunks.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { prepare } from '../../../db/statement.ts'
import { fileName } from '../name.ts'
import { type FileRow, findFile, findFileByOperation } from '../repo/files.ts'
import {
  completeUpload as completeUploadRow,
  countOpenUploads,
  deleteUpload as deleteUploadRow,
  findExpiredUploads,
  findUpload,
  insertUpload,
  type UploadRow,
} from '../repo/uploads.ts'
import type { CreateFileUpload, FileUpload, FileUploadPart } from '../schema/upload.ts'
import { inspectorFor } from '../types/inspect.ts'
import { missing } from './files.ts'
import { type Saved, saveStaged, storageOf } from './save.ts'
import { emptyFile, MAX_FILE_BYTES, tooLarge } from './size.ts'
import { quotaRefusal, stageContent } from './stage.ts'

export const PART_BYTES = 1024 * 1024
export const MAX_OPEN_UPLOADS = 100
const UPLOAD_LIFE_MS = DAY_MS

const prefixOf = (teamId: string, uploadId: string): string => `teams/${teamId}/parts/${uploadId}/`
const partKey = (row: UploadRow, part: number): string => `${prefixOf(row.teamId, row.id)}${part}`
const partsOf = (row: Pick<UploadRow, 'sizeBytes'>): number => Math.ceil(row.sizeBytes / PART_BYTES)
const sizeOf = (row: Pick<UploadRow, 'sizeBytes'>, part: number): number =>
  Math.min(PART_BYTES, row.sizeBytes - (part - 1) * PART_BYTES)

export async function createFileUpload(ctx: ServiceContext, input: CreateFileUpload): Promise<FileUpload> {
  const { teamId, userId } = ctx.actor
  const name = fileName(input.name)
  inspectorFor(name)
  if (input.sizeBytes === 0) throw emptyFile()
  if (input.sizeBytes > MAX_FILE_BYTES) throw tooLarge(MAX_FILE_BYTES)
  const now = ctx.now()
  const row = {
    id: newId('upl', now),
    ...{ teamId, createdBy: userId, name, sizeBytes: input.sizeBytes, sha256: input.sha256 ?? null },
    tags: JSON.stringify(input.tags),
    ...{ onConflict: input.onConflict, createdAt: now, expiresAt: now + UPLOAD_LIFE_MS },
  }
  const outcome = await commit(ctx, {
    guard: insertUpload(row, MAX_OPEN_UPLOADS),
    audit: {
      action: 'file_upload.created',
      targetType: 'file_upload',
      targetId: row.id,
      after: { name, sizeBytes: input.sizeBytes },
    },
  })
  if (outcome === 'guard_missed') throw await refusalOf(ctx, input.sizeBytes)
  return toUpload({ ...row, fileId: null }, [])
}

async function refusalOf(ctx: ServiceContext, sizeBytes: number): Promise<AppError> {
  const { teamId } = ctx.actor
  if ((await countOpenUploads(ctx.env.DB, teamId, ctx.now())) >= MAX_OPEN_UPLOADS)
    return new AppError('resource.conflict', {
      detail: `The team has ${MAX_OPEN_UPLOADS} open uploads, the maximum. Complete or delete one.`,
    })
  const storage = await storageOf(ctx, teamId)
  // Other uploads in progress count as well, and may not be in the stored number yet.
  return quotaRefusal(storage, sizeBytes) ?? (quotaRefusal(storage, Number.MAX_SAFE_INTEGER) as AppError)
}

const toUpload = (row: UploadRow, received: number[]): FileUpload => ({
  id: row.id,
  name: row.name,
  sizeBytes: row.sizeBytes,
  partSizeBytes: PART_BYTES,
  parts: partsOf(row),
  received,
  fileId: row.fileId,
  createdAt: toIso(row.createdAt),
  expiresAt: toIso(row.expiresAt),
})

async function requireUpload(ctx: ServiceContext, id: string): Promise<UploadRow> {
  const row = await findUpload(ctx.env.DB, ctx.actor.teamId, id, ctx.now())
  if (row === null) throw notFound('The upload')
  return row
}

/** There are at most fifty, so one page of the bucket contains them all. */
async function receivedParts(scope: RequestContext, row: UploadRow): Promise<number[]> {
  const prefix = prefixOf(row.teamId, row.id)
  const { objects } = await scope.env.FILES.list({ prefix })
  return objects
    .map((object) => ({ part: Number(object.key.slice(prefix.length)), size: object.size }))
    .filter(({ part, size }) => size === sizeOf(row, part))
    .map(({ part }) => part)
    .sort((a, b) => a - b)
}

export async function getFileUpload(ctx: ServiceContext, id: string): Promise<FileUpload> {
  const row = await requireUpload(ctx, id)
  return toUpload(row, row.fileId === null ? await receivedParts(ctx, row) : [])
}

export type PartBody = {
  body: ReadableStream<Uint8Array> | null
  announcedBytes: number | null
  sha256: string | undefined
}

export async function putFileUploadPart(
  ctx: ServiceContext,
  id: string,
  part: number,
  { body, announcedBytes, sha256 }: PartBody,
): Promise<FileUploadPart> {
  const row = await requireUpload(ctx, id)
  if (row.fileId !== null)
    throw new AppError('resource.conflict', { detail: 'The upload is already complete.' })
  if (part < 1 || part > partsOf(row))
    throw new AppError('resource.not_found', {
      detail: `The part does not exist. The upload has the parts 1 to ${partsOf(row)}.`,
    })
  const sizeBytes = sizeOf(row, part)
  const wrongSize = () =>
    new AppError('request.invalid', {
      detail: `Part ${part} has ${sizeBytes} bytes.`,
      errors: [{ path: '/body', message: `${sizeBytes} bytes are expected`, code: 'invalid' }],
    })
  if (announcedBytes !== null && announcedBytes !== sizeBytes) throw wrongSize()
  const bytes = await readWhole(body, sizeBytes)
  if (bytes === null || bytes.length !== sizeBytes) throw wrongSize()
  const found = await sha256Hex(bytes)
  if (sha256 !== undefined && sha256.toLowerCase() !== found)
    throw new AppError('file.checksum_mismatch', {
      detail: `The part has the SHA-256 ${found}. Send it again.`,
    })
  await ctx.env.FILES.put(partKey(row, part), bytes)
  return { part, sizeBytes, sha256: found }
}

async function readWhole(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (body === null) return new Uint8Array()
  try {
    return await gather(body, maxBytes)
  } catch (error) {
    throw new AppError('request.malformed', { detail: 'The body ended early.', cause: error })
  }
}

export async function completeFileUpload(ctx: ServiceContext, id: string): Promise<Saved> {
  const row = await requireUpload(ctx, id)
  if (row.fileId !== null) return { file: await requireMadeFile(ctx, row.fileId), outcome: 'unchanged' }
  try {
    return await makeFile(ctx, row)
  } catch (error) {
    // Another request may have been faster, and has removed the parts.
    const made = error instanceof AppError ? await findMadeFile(ctx, id) : null
    if (made === null) throw error
    return { file: made, outcome: 'unchanged' }
  }
}

const requireMadeFile = async (ctx: ServiceContext, fileId: string): Promise<FileRow> =>
  (await firstOf(ctx.env.DB, findFile(ctx.actor.teamId, fileId))) ?? missing()

const operationOf = (id: string): string => `upload ${id}`

/** The file is there a moment before the row of the upload names it. */
async function findMadeFile(ctx: ServiceContext, id: string): Promise<FileRow | null> {
  const { fileId } = await requireUpload(ctx, id)
  if (fileId !== null) return requireMadeFile(ctx, fileId)
  return firstOf(ctx.env.DB, findFileByOperation(ctx.actor.teamId, operationOf(id)))
}

async function makeFile(ctx: ServiceContext, row: UploadRow): Promise<Saved> {
  const { teamId } = row
  const received = await receivedParts(ctx, row)
  const absent = Array.from({ length: partsOf(row) }, (_, i) => i + 1).filter((n) => !received.includes(n))
  if (absent.length > 0)
    throw new AppError('resource.conflict', {
      detail: `The parts ${absent.join(', ')} are missing.`,
      errors: absent.map((n) => ({ path: `/parts/${n}`, message: 'missing', code: 'missing' })),
    })
  const staged = await stageContent(ctx, teamId, {
    name: row.name,
    chunks: inOrder(ctx, row),
    sizeBytes: row.sizeBytes,
    sha256: row.sha256 ?? undefined,
  })
  const saved = await saveStaged(ctx, staged, {
    ...{ teamId, userId: row.createdBy, onConflict: row.onConflict, operationId: operationOf(row.id) },
    tags: JSON.parse(row.tags) as string[],
  })
  await prepare(ctx.env.DB, completeUploadRow(row.id, saved.file.id)).run()
  const keys = Array.from({ length: partsOf(row) }, (_, i) => partKey(row, i + 1))
  // If this fails, the rest is deleted when the upload expires.
  ctx.defer(ctx.env.FILES.delete(keys).catch(() => undefined))
  return saved
}

async function* inOrder(scope: RequestContext, row: UploadRow): AsyncGenerator<Uint8Array, undefined> {
  for (let part = 1; part <= partsOf(row); part++) {
    const object = await scope.env.FILES.get(partKey(row, part))
    if (object === null)
      throw new AppError('resource.conflict', {
        detail: `The part ${part} has been removed in the meantime. Send it again.`,
      })
    yield* object.body
  }
  return undefined
}

export async function deleteFileUpload(ctx: ServiceContext, id: string): Promise<void> {
  const row = await requireUpload(ctx, id)
  await commitOrStale(ctx, removal(row, 'file_upload.deleted'))
}

const removal = ({ id, teamId }: Pick<UploadRow, 'id' | 'teamId'>, action: string) => ({
  guard: deleteUploadRow(id, teamId),
  audit: { action, targetType: 'file_upload', targetId: id, teamId },
  messages: [{ type: 'storage.delete' as const, keys: [], prefixes: [prefixOf(teamId, id)] }],
})

const MAX_UPLOADS_A_TICK = 50

/** Uploads that were not completed in time, and leftovers of completed ones. */
export async function sweepFileUploads(request: RequestContext): Promise<void> {
  for (const row of await findExpiredUploads(request.env.DB, request.now(), MAX_UPLOADS_A_TICK))
    await commit({ ...request, system: true }, removal(row, 'file_upload.expired'))
}
