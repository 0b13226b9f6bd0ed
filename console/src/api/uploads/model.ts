// The queue of uploads, as data: what starts next, how far all are, and what a failed one may do.
import type { Problem } from '../problem.ts'

export type OnConflict = 'refuse' | 'version' | 'rename'

/** `taken`: the team has another file with this name, and a person decides what happens. */
export type UploadState = 'waiting' | 'sending' | 'taken' | 'done' | 'failed'

export type Upload = {
  id: number
  /** The whole name, with its folder. */
  name: string
  sizeBytes: number
  /** The team it goes to, also after somebody has switched teams. Null is the personal one. */
  team: string | null
  state: UploadState
  sentBytes: number
  onConflict: OnConflict
  /** The team had the same content under this name. */
  isUnchanged: boolean
  fileId: string | null
  problem: Problem | null
}

export const MAX_AT_ONCE = 3

/** Larger files are sent in parts, which an interruption does not lose. */
export const PARTS_ABOVE_BYTES = 4 * 1024 * 1024

/** The uploads that may begin, in their order. */
export function nextUploads(uploads: readonly Upload[]): Upload[] {
  const sending = uploads.filter((one) => one.state === 'sending').length
  const waiting = uploads.filter((one) => one.state === 'waiting')
  return waiting.slice(0, Math.max(0, MAX_AT_ONCE - sending))
}

export type Progress = {
  total: number
  done: number
  /** Waiting or being sent. */
  open: number
  /** Failed, or with a name that is taken. */
  stuck: number
  sentBytes: number
  totalBytes: number
}

export function progressOf(uploads: readonly Upload[]): Progress {
  const count = (...states: UploadState[]) => uploads.filter((one) => states.includes(one.state)).length
  const going = uploads.filter((one) => one.state !== 'failed' && one.state !== 'taken')
  const sum = (of: (one: Upload) => number) => going.reduce((total, one) => total + of(one), 0)
  return {
    total: uploads.length,
    done: count('done'),
    open: count('waiting', 'sending'),
    stuck: count('failed', 'taken'),
    sentBytes: sum((one) => (one.state === 'done' ? one.sizeBytes : one.sentBytes)),
    totalBytes: sum((one) => one.sizeBytes),
  }
}

const ORDER: UploadState[] = ['sending', 'taken', 'failed', 'waiting', 'done']

/** The first of them, with what is going on and what needs somebody before what waits and what is done. */
export const firstUploads = (uploads: readonly Upload[], most: number): Upload[] =>
  uploads.length <= most
    ? [...uploads]
    : uploads.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).slice(0, most)

/** `reports/` and `2026/march.csv` → `reports/2026/march.csv`. */
export const nameIn = (folder: string, path: string): string =>
  [folder, path]
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')

/** The parts that the server does not have yet, numbered from 1. */
export function missingParts({ parts, received }: { parts: number; received: readonly number[] }): number[] {
  const there = new Set(received)
  return Array.from({ length: parts }, (_, i) => i + 1).filter((part) => !there.has(part))
}

export function rangeOfPart(
  part: number,
  { sizeBytes, partSizeBytes }: { sizeBytes: number; partSizeBytes: number },
): { from: number; to: number } {
  const from = (part - 1) * partSizeBytes
  return { from, to: Math.min(sizeBytes, from + partSizeBytes) }
}

const MAX_TRIES = 6
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 30_000

/** How long to wait before a request is sent again; null if that would not help. `tries` counts those that have failed. */
export function retryWaitMs(problem: Problem, tries: number): number | null {
  const mayPass = problem.code === 'connection.lost' || (problem.status !== 0 && problem.retryable)
  if (!mayPass || tries >= MAX_TRIES) return null
  if (problem.retryAfterSeconds !== null) return Math.min(MAX_WAIT_MS, problem.retryAfterSeconds * 1_000)
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1))
}

/** A file and where it was, below what was dropped or chosen: `photos/a.png`. */
export type Picked = { file: File; path: string }

/** What systems put next to the files of people. */
export const isClutter = (path: string): boolean =>
  /(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(path)

/** A pasted picture is always called `image.png`, so the time tells them apart. */
export const pastedName = (name: string, at: Date): string => {
  if (!/^image\.\w+$/.test(name)) return name
  const time = at.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '-')
  return `Pasted ${time}${name.slice(name.lastIndexOf('.'))}`
}
