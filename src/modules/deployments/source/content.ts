// The content of one file of a manifest: a version of a file of the team, or an entry of a zip that is one.
import { utf8 } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { gather } from '../../../core/read-chunks.ts'
import type { OpenContent, Version } from '../../files/index.ts'
import { dataStart, LOCAL_HEADER_BYTES, ZipFault } from './zip-directory.ts'

/** Where the content is. */
export type Place = {
  fileId: string | null
  fileVersion: number | null
  /** The content itself. */
  inlineText: string | null
  zipOffset: number | null
  zipBytes: number | null
  zipMethod: number | null
}

/** In `zipMethod`. */
export const DEFLATE = 8
/** The name and extra fields of a local header have less in all but made-up files. */
const HEADER_ROOM = 1_024
const MAX_HEADER_BYTES = LOCAL_HEADER_BYTES + 2 * 65_535

export async function openPlace(open: OpenContent, place: Place): Promise<ReadableStream<Uint8Array>> {
  const { zipOffset, zipBytes, zipMethod, inlineText } = place
  if (inlineText !== null) return streamOf(utf8(inlineText))
  const version = versionOf(place)
  if (zipOffset === null || zipBytes === null) return (await open(version)) ?? gone(place)
  const headerBytes = LOCAL_HEADER_BYTES + HEADER_ROOM
  const start = await readPart(open, place, zipOffset, headerBytes + (zipBytes <= SMALL_BYTES ? zipBytes : 0))
  const begins = dataStart(start)
  if (begins > MAX_HEADER_BYTES) throw new ZipFault('An entry has a header that is too long.')
  const packed =
    start.byteLength >= begins + zipBytes
      ? streamOf(start.subarray(begins, begins + zipBytes))
      : ((await open(version, { offset: zipOffset + begins, length: zipBytes })) ?? gone(place))
  return zipMethod === DEFLATE ? inflated(packed) : packed
}

export const versionOf = ({ fileId, fileVersion }: Place): Version => ({
  fileId: fileId ?? '',
  version: fileVersion ?? 0,
})

/** An entry of up to so many packed bytes is read with its header. */
const SMALL_BYTES = 1024 * 1024

async function readPart(
  open: OpenContent,
  place: Place,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const stream = await open(versionOf(place), { offset, length })
  if (stream === null) return gone(place)
  return (await gather(stream, length)) ?? new Uint8Array()
}

const inflated = (packed: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> =>
  packed.pipeThrough(
    new DecompressionStream('deflate-raw') as unknown as TransformStream<Uint8Array, Uint8Array>,
  )

const streamOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    type: 'bytes',
    start(controller) {
      if (bytes.byteLength > 0) controller.enqueue(bytes.slice())
      controller.close()
    },
  })

function gone({ fileId, fileVersion }: Place): never {
  throw new AppError('deployment.source_gone', {
    detail: `Version ${fileVersion} of the file ${fileId} is not kept any more. Deploy from a source that is there.`,
  })
}
