// Writes a zip file in pieces. Only the piece that is being packed is in memory. The size and checksum of an entry are written after its
// data, so they need not be known in advance.
import { utf8 } from '../crypto.ts'
import { crc32 } from './crc32.ts'

export type ZipPart = { name: string; chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }

type Written = { name: Uint8Array; offset: number; crc: number; packed: number; size: number }

const VERSION = 20
/** Flags: sizes follow the data, and names are UTF-8. */
const FLAGS = 0x0808
const DEFLATED = 8
/** 1 January 1980, the earliest date that zip knows. The workbook itself says when it was made. */
const DAY = 0x21

export async function* zipStream(
  parts: AsyncIterable<ZipPart> | Iterable<ZipPart>,
): AsyncGenerator<Uint8Array, undefined> {
  const written: Written[] = []
  let offset = 0
  for await (const { name, chunks } of parts) {
    const entry: Written = { name: utf8(name), offset, crc: 0, packed: 0, size: 0 }
    const head = fields(
      [0x04034b50, 4],
      [VERSION, 2],
      [FLAGS, 2],
      [DEFLATED, 2],
      [0, 2],
      [DAY, 2],
      [0, 12],
      [entry.name.length, 2],
      [0, 2],
    )
    yield head
    yield entry.name
    for await (const piece of packed(counted(chunks, entry))) {
      entry.packed += piece.byteLength
      yield piece
    }
    const tail = fields([0x08074b50, 4], [entry.crc, 4], [entry.packed, 4], [entry.size, 4])
    yield tail
    offset += head.length + entry.name.length + entry.packed + tail.length
    written.push(entry)
  }
  let size = 0
  for (const { name, offset: from, crc, packed: bytes, size: whole } of written) {
    const entry = fields(
      ...([
        [0x02014b50, 4],
        [VERSION, 2],
        [VERSION, 2],
        [FLAGS, 2],
        [DEFLATED, 2],
        [0, 2],
        [DAY, 2],
      ] as const),
      ...([
        [crc, 4],
        [bytes, 4],
        [whole, 4],
        [name.length, 2],
        [0, 12],
        [from, 4],
      ] as const),
    )
    yield entry
    yield name
    size += entry.length + name.length
  }
  yield fields(
    [0x06054b50, 4],
    [0, 4],
    [written.length, 2],
    [written.length, 2],
    [size, 4],
    [offset, 4],
    [0, 2],
  )
  return undefined
}

/** Little-endian numbers, each with its length in bytes. */
function fields(...list: readonly (readonly [value: number, bytes: number])[]): Uint8Array {
  const out = new Uint8Array(list.reduce((sum, [, bytes]) => sum + bytes, 0))
  let at = 0
  for (const [value, bytes] of list) {
    for (let n = 0; n < Math.min(bytes, 4); n++) out[at + n] = (value >>> (8 * n)) & 0xff
    at += bytes
  }
  return out
}

async function* counted(chunks: ZipPart['chunks'], entry: Written): AsyncGenerator<Uint8Array, undefined> {
  for await (const chunk of chunks) {
    entry.crc = crc32(entry.crc, chunk)
    entry.size += chunk.byteLength
    yield chunk
  }
  return undefined
}

function packed(chunks: AsyncGenerator<Uint8Array, undefined>): AsyncIterable<Uint8Array> {
  const source = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => {
      await chunks.return(undefined)
    },
  })
  const deflated = source.pipeThrough(new CompressionStream('deflate-raw') as unknown as TransformStream)
  return deflated as unknown as AsyncIterable<Uint8Array>
}
