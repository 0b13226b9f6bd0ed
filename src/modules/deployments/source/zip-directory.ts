// The directory of a zip file. Pure. It contains claims of the file: sizes are counted again when an entry is
// unpacked.

export type ZipEntry = {
  name: string
  /** The offset of its local header. */
  offset: number
  /** The compressed size, without the header. */
  packedBytes: number
  sizeBytes: number
  crc: number
  method: 'stored' | 'deflate'
}

export class ZipFault extends Error {}

const END = 0x06054b50
const END_64_LOCATOR = 0x07064b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
/** The longest possible end of a zip file: its end record with the longest comment. */
export const MAX_END_BYTES = 65_535 + END_BYTES
export const LOCAL_HEADER_BYTES = 30

const SYMLINK = 0o120000
const UNIX = 3

export type ZipEnd = { entries: number; offset: number; bytes: number }

/** `tail` is the end of a file with `fileBytes` bytes. */
export function readEnd(tail: Uint8Array, fileBytes: number): ZipEnd {
  const view = viewOf(tail)
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue
    if (at + END_BYTES + view.getUint16(at + 20, true) !== tail.byteLength) continue
    const end = {
      entries: view.getUint16(at + 10, true),
      bytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    }
    const is64 = at >= 20 && view.getUint32(at - 20, true) === END_64_LOCATOR
    if (is64 || end.entries === 0xffff || end.offset === 0xffffffff)
      throw new ZipFault(
        'It is a Zip64 archive. Create it again without Zip64, which allows up to 65,535 entries.',
      )
    if (view.getUint16(at + 4, true) !== 0)
      throw new ZipFault('It is one part of an archive in several parts.')
    if (end.offset + end.bytes > fileBytes - (tail.byteLength - at))
      throw new ZipFault('Its directory is damaged.')
    return end
  }
  throw new ZipFault('It is not a zip file, or its end is missing.')
}

export function readDirectory(bytes: Uint8Array, entries: number): ZipEntry[] {
  const view = viewOf(bytes)
  const found: ZipEntry[] = []
  let at = 0
  for (let n = 0; n < entries; n++) {
    if (at + 46 > bytes.byteLength || view.getUint32(at, true) !== ENTRY)
      throw new ZipFault('Its directory is damaged.')
    const madeBy = view.getUint16(at + 4, true) >> 8
    const flags = view.getUint16(at + 8, true)
    const nameBytes = view.getUint16(at + 28, true)
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameBytes), (flags & 0x800) !== 0)
    const mode = view.getUint32(at + 38, true) >>> 16
    const entry = { ...sizesAt(view, at), name }
    if (madeBy === UNIX && (mode & 0o170000) === SYMLINK)
      throw new ZipFault(
        `${JSON.stringify(name)} is a link. Links are not followed; put the file itself there.`,
      )
    if (!name.endsWith('/')) {
      if ((flags & 1) !== 0) throw new ZipFault(`${JSON.stringify(name)} is encrypted.`)
      found.push({ ...entry, method: methodOf(view.getUint16(at + 10, true), name) })
    }
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return found
}

const sizesAt = (view: DataView, at: number) => ({
  crc: view.getUint32(at + 16, true),
  packedBytes: view.getUint32(at + 20, true),
  sizeBytes: view.getUint32(at + 24, true),
  offset: view.getUint32(at + 42, true),
})

function methodOf(method: number, name: string): ZipEntry['method'] {
  if (method === 0) return 'stored'
  if (method === 8) return 'deflate'
  throw new ZipFault(
    `${JSON.stringify(name)} is packed by method ${method}; only deflate and stored are read.`,
  )
}

/** The offset of an entry's content, from its local header. */
export function dataStart(header: Uint8Array): number {
  const view = viewOf(header)
  if (header.byteLength < LOCAL_HEADER_BYTES || view.getUint32(0, true) !== LOCAL)
    throw new ZipFault('An entry is not where the directory says.')
  return LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true)
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Older programs do not set the encoding of names. Most use UTF-8. */
function nameOf(bytes: Uint8Array, isUtf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    if (isUtf8) throw new ZipFault('The name of an entry is not UTF-8.')
    return String.fromCharCode(...bytes)
  }
}
