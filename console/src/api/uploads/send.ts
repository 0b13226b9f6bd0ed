// Sends one file: small ones in one request, others in parts. Invariants:
// 1. A request that may have reached the server is only repeated where that has no second effect. A file that is stored under another
//    name if its name is taken is sent in parts, because parts become a file once.
// 2. An upload in parts has the checksum of its file, so that parts of another file with the same name never become one.
import { call, type Schemas } from '../client.ts'
import { asProblem, type Problem } from '../problem.ts'
import { sendBytes } from './bytes.ts'
import { missingParts, type OnConflict, PARTS_ABOVE_BYTES, rangeOfPart, retryWaitMs } from './model.ts'
import { forgetPlace, placeOf, rememberPlace } from './resume.ts'

type StoredFile = Schemas['File']

export type Sending = {
  file: File
  name: string
  team: string | null
  onConflict: OnConflict
  /** Makes the upload begin once, however often it is tried. */
  key: string
  signal: AbortSignal
  onProgress: (sentBytes: number) => void
}

/** The name is taken by a file with other content. */
export class NameTaken extends Error {}

const PARTS_AT_ONCE = 3

export type Sent = { fileId: string; isUnchanged: boolean }

export async function sendFile(sending: Sending): Promise<Sent> {
  const { file, onConflict } = sending
  const isInParts = file.size > PARTS_ABOVE_BYTES || onConflict === 'rename'
  // Before much is sent: the server finds out when all of it is there.
  if (isInParts && onConflict !== 'version') {
    const sent = await sentBefore(sending).catch((error: unknown) => {
      if (error instanceof NameTaken && onConflict === 'rename') return null
      throw error
    })
    if (sent !== null) return sent
  }
  try {
    return { fileId: (await (isInParts ? inParts(sending) : atOnce(sending))).id, isUnchanged: false }
  } catch (error) {
    if (asProblem(error).code !== 'file.name_taken') throw error
    const sent = await sentBefore(sending)
    if (sent !== null) return sent
    throw error
  }
}

/** Null if the name is free. Throws if another file has it. */
async function sentBefore({ file, name, team, signal }: Sending): Promise<Sent | null> {
  const { items } = await call('GET /files', { query: { name, limit: 1 }, team, signal })
  const [holder] = items
  if (holder === undefined) return null
  if (holder.sizeBytes === file.size && holder.sha256 === (await sha256Of(file)))
    return { fileId: holder.id, isUnchanged: true }
  throw new NameTaken()
}

const atOnce = ({ file, name, team, onConflict, signal, onProgress }: Sending): Promise<StoredFile> =>
  patiently(signal, () =>
    sendBytes({
      method: 'POST',
      path: `/files/upload?onConflict=${onConflict}`,
      body: file,
      headers: { 'x-filename': `UTF-8''${encodeName(name)}` },
      ...{ team, signal, onProgress },
    }),
  ) as Promise<StoredFile>

/** `encodeURIComponent` leaves characters that RFC 8187 does not allow. */
const encodeName = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)

async function inParts(sending: Sending): Promise<StoredFile> {
  const { file, team, signal, onProgress } = sending
  const upload = await beginUpload(sending)
  const missing = missingParts(upload)
  const sizeOf = (part: number) => {
    const { from, to } = rangeOfPart(part, upload)
    return to - from
  }
  /** The bytes of each part that have arrived. */
  const arrived = new Map(upload.received.map((part) => [part, sizeOf(part)]))
  const report = (part: number, bytes: number) => {
    arrived.set(part, Math.min(bytes, sizeOf(part)))
    onProgress([...arrived.values()].reduce((sum, one) => sum + one, 0))
  }
  const sendNext = async (): Promise<void> => {
    for (let part = missing.shift(); part !== undefined; part = missing.shift()) {
      const { from, to } = rangeOfPart(part, upload)
      const number = part
      await patiently(signal, () =>
        sendBytes({
          method: 'PUT',
          path: `/files/uploads/${upload.id}/parts/${number}`,
          body: file.slice(from, to),
          headers: {},
          onProgress: (bytes) => report(number, bytes),
          ...{ team, signal },
        }),
      )
      report(number, to - from)
    }
  }
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, sendNext))
  const saved = await patiently(signal, () =>
    call('POST /files/uploads/{id}/complete', { params: { id: upload.id }, team, signal }),
  )
  forgetPlace(sending)
  return saved
}

/** An upload of the same file that was interrupted continues. */
async function beginUpload(sending: Sending): Promise<Schemas['FileUpload']> {
  const { file, name, team, onConflict, key, signal } = sending
  const id = placeOf(sending)
  if (id !== null) {
    try {
      const upload = await call('GET /files/uploads/{id}', { params: { id }, team, signal })
      if (upload.sizeBytes === file.size && upload.fileId === null) return upload
    } catch (error) {
      if (asProblem(error).status !== 404) throw error
    }
    forgetPlace(sending)
  }
  const sha256 = await sha256Of(file)
  const upload = await patiently(signal, () =>
    call('POST /files/uploads', {
      body: { name, sizeBytes: file.size, sha256, tags: [], onConflict },
      idempotencyKey: key,
      ...{ team, signal },
    }),
  )
  rememberPlace(sending, upload.id)
  return upload
}

/** Deletes the parts that were sent. */
export async function giveUp(sending: Sending): Promise<void> {
  const id = placeOf(sending)
  forgetPlace(sending)
  if (id !== null)
    await call('DELETE /files/uploads/{id}', { params: { id }, team: sending.team }).catch(() => undefined)
}

async function sha256Of(file: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Tries again while that may help: after a lost connection, or if the server is busy. */
async function patiently<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      if (signal.aborted) throw error
      const problem: Problem = asProblem(error)
      const waitMs = retryWaitMs(problem, tries)
      if (waitMs === null) throw problem
      await pause(waitMs, signal)
    }
  }
}

/** Ends early when the browser is online again. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      removeEventListener('online', end)
      signal.removeEventListener('abort', end)
      if (signal.aborted) reject(signal.reason)
      else resolve()
    }
    const timer = setTimeout(end, ms)
    addEventListener('online', end)
    signal.addEventListener('abort', end)
  })
