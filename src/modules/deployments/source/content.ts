// The content of one file of a manifest: a version of a file of the team, or an entry of a zip file of the team.
import { utf8 } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import type { Version } from '../../files/index.ts'
import { entryBytes, type Reader, WINDOW_BYTES, type ZipPlace } from './windows.ts'
import { dataStart, LOCAL_HEADER_BYTES, ZipFault } from './zip-directory.ts'

/** The location of the content. */
export type Place = ZipPlace & {
  /** The content itself. */
  inlineText: string | null
  zipMethod: number | null
}

/** The value of `zipMethod`. */
export const DEFLATE = 8
const MAX_HEADER_BYTES = LOCAL_HEADER_BYTES + 2 * 65_535

export async function openPlace(reader: Reader, place: Place): Promise<ReadableStream<Uint8Array>> {
  const { zipOffset, zipBytes, zipMethod, inlineText } = place
  if (inlineText !== null) return streamOf(utf8(inlineText))
  const { open, read } = reader
  const version = versionOf(place)
  if (zipOffset === null || zipBytes === null) return (await open(version)) ?? gone(place)
  const isSmall = entryBytes(zipBytes) <= WINDOW_BYTES
  const start = (await read(version, zipOffset, entryBytes(isSmall ? zipBytes : 0))) ?? gone(place)
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
    detail: `Version ${fileVersion} of the file ${fileId} no longer exists. Deploy from another source.`,
  })
}
