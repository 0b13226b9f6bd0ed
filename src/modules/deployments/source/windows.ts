// Reads small entries of a zip together: one read of the bucket fetches a window of the archive, and the entries are cut out of it.
// Invariants:
// 1. A window is at most `WINDOW_BYTES` long, and is dropped once each of its entries was read. Readers that follow the order of the
//    archive therefore hold few windows.
// 2. Large entries, and entries that are read a second time, have a read of their own.
import { gather } from '../../../core/read-chunks.ts'
import type { OpenContent, Version } from '../../files/index.ts'
import { LOCAL_HEADER_BYTES } from './zip-directory.ts'

/** The location of a content: a whole object, or an entry of a zip. */
export type ZipPlace = {
  fileId: string | null
  fileVersion: number | null
  zipOffset: number | null
  zipBytes: number | null
}

export type Window = { fileId: string; version: number; offset: number; end: number; starts: number[] }

export const WINDOW_BYTES = 1024 * 1024
/** A gap of at most this length between two wanted entries is read too. */
const MAX_GAP_BYTES = 64 * 1024
/** Room for the name and extra fields of a local header. Only crafted files need more. */
const HEADER_ROOM = 1_024

/** The bytes of the entry including its header. */
export const entryBytes = (zipBytes: number): number => LOCAL_HEADER_BYTES + HEADER_ROOM + zipBytes

/** The windows with more than one entry. A single entry needs none. */
export function windowsOf(places: readonly ZipPlace[]): Window[] {
  const entries = places
    .flatMap(({ fileId, fileVersion, zipOffset, zipBytes }) =>
      fileId === null || fileVersion === null || zipOffset === null || zipBytes === null
        ? []
        : [{ fileId, version: fileVersion, offset: zipOffset, end: zipOffset + entryBytes(zipBytes) }],
    )
    .sort((a, b) => compare(a.fileId, b.fileId) || a.version - b.version || a.offset - b.offset)
  const windows: Window[] = []
  for (const { fileId, version, offset, end } of entries) {
    const last = windows.at(-1)
    const fits =
      last?.fileId === fileId &&
      last.version === version &&
      offset - last.end <= MAX_GAP_BYTES &&
      Math.max(end, last.end) - last.offset <= WINDOW_BYTES
    if (!fits) windows.push({ fileId, version, offset, end, starts: [offset] })
    else {
      last.end = Math.max(end, last.end)
      // Crafted archives have several entries at one offset.
      if (last.starts.at(-1) !== offset) last.starts.push(offset)
    }
  }
  return windows.filter(({ starts }) => starts.length > 1)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export type Reader = {
  open: OpenContent
  /** A part as one piece; shorter at the end of the object, null when it is gone. */
  read: (of: Version, offset: number, length: number) => Promise<Uint8Array | null>
}

export function readerOf(open: OpenContent, places: readonly ZipPlace[]): Reader {
  const alone = async (of: Version, offset: number, length: number): Promise<Uint8Array | null> => {
    const stream = await open(of, { offset, length })
    return stream === null ? null : gather(stream, length)
  }
  type Held = Window & { left: number; bytes: Promise<Uint8Array | null> | null }
  const keyOf = ({ fileId, version }: Version, offset: number): string => `${fileId} ${version} ${offset}`
  const byStart = new Map<string, Held>()
  for (const window of windowsOf(places)) {
    const held: Held = { ...window, left: window.starts.length, bytes: null }
    for (const start of window.starts) byStart.set(keyOf(window, start), held)
  }
  return {
    open,
    read: async (of, offset, length) => {
      const key = keyOf(of, offset)
      const window = byStart.get(key)
      if (window === undefined || offset + length > window.end) return alone(of, offset, length)
      byStart.delete(key)
      window.bytes ??= alone(of, window.offset, window.end - window.offset)
      const { bytes } = window
      if (--window.left === 0) window.bytes = null
      const at = offset - window.offset
      return (await bytes)?.subarray(at, at + length) ?? null
    },
  }
}
