// Crafted zip files: each field may be false.
import { crc32 } from '../../../src/core/formats/crc32.ts'

export type Packed = {
  name: string
  content: string
  deflate?: boolean
  /** Claims to be deflated, and is not. */
  raw?: boolean
  /** The size in the directory. */
  claims?: number
  crc?: number
  flags?: number
  mode?: number
  /** The offset in the directory. */
  at?: number
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function record(signature: number, fields: [value: number, bytes: 2 | 4][]): Uint8Array {
  const bytes = new Uint8Array(4 + fields.reduce((sum, [, size]) => sum + size, 0))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, signature, true)
  let at = 4
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value >>> 0, true)
    at += size
  }
  return bytes
}

export async function zipOf(entries: readonly Packed[]): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const entry of entries) {
    const content = bytesOf(entry.content)
    const packed = entry.deflate === true ? await deflated(content) : content
    const method = entry.deflate === true || entry.raw === true ? 8 : 0
    const name = bytesOf(entry.name)
    const crc = entry.crc ?? crc32(0, content)
    const size = entry.claims ?? content.byteLength
    const flags = entry.flags ?? 0x800
    const common: [number, 2 | 4][] = [
      ...([
        [flags, 2],
        [method, 2],
        [0, 2],
        [0, 2],
      ] as [number, 2 | 4][]),
      ...([
        [crc, 4],
        [packed.byteLength, 4],
        [size, 4],
        [name.byteLength, 2],
        [0, 2],
      ] as [number, 2 | 4][]),
    ]
    const local = [record(0x04034b50, [[20, 2], ...common]), name, packed]
    directory.push(
      record(0x02014b50, [
        ...([[(3 << 8) | 20, 2], [20, 2], ...common, [0, 2], [0, 2], [0, 2]] as [number, 2 | 4][]),
        ...([
          [(entry.mode ?? 0o100644) << 16, 4],
          [entry.at ?? offset, 4],
        ] as [number, 2 | 4][]),
      ]),
      name,
    )
    pieces.push(...local)
    offset += local.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
  const directoryBytes = directory.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const end = record(0x06054b50, [
    ...([
      [0, 2],
      [0, 2],
      [entries.length, 2],
      [entries.length, 2],
    ] as [number, 2 | 4][]),
    ...([
      [directoryBytes, 4],
      [offset, 4],
      [0, 2],
    ] as [number, 2 | 4][]),
  ])
  return new Blob([...pieces, ...directory, end] as Uint8Array<ArrayBuffer>[]).arrayBuffer()
}
