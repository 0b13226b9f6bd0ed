// The body of a new blob: JSON with the content in base64, which is written while the content is read.
import { toBase64, utf8 } from '../../../../core/crypto.ts'
import { StreamedBody } from '../../../../providers/outbound/index.ts'
import type { OpenFile, SiteFile } from '../platform.ts'

const BEFORE = '{"encoding":"base64","content":"'
const AFTER = '"}'

export const blobBody = ({ sizeBytes }: Pick<SiteFile, 'sizeBytes'>, open: OpenFile): StreamedBody =>
  new StreamedBody(BEFORE.length + 4 * Math.ceil(sizeBytes / 3) + AFTER.length, async () =>
    (await open()).pipeThrough(inBase64()),
  )

/** Base64 encodes three bytes as four characters. The rest waits for the next piece. */
function inBase64(): TransformStream<Uint8Array, Uint8Array> {
  let left = new Uint8Array()
  return new TransformStream({
    start: (controller) => controller.enqueue(utf8(BEFORE)),
    transform: (piece, controller) => {
      const bytes = new Uint8Array(left.byteLength + piece.byteLength)
      bytes.set(left)
      bytes.set(piece, left.byteLength)
      const whole = bytes.byteLength - (bytes.byteLength % 3)
      if (whole > 0) controller.enqueue(utf8(toBase64(bytes.subarray(0, whole))))
      left = bytes.slice(whole)
    },
    flush: (controller) => controller.enqueue(utf8(toBase64(left) + AFTER)),
  })
}
