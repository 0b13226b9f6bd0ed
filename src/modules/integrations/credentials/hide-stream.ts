// Takes secrets out of an answer while it comes, before any node sees it. Invariants:
// 1. What is kept back is as long as the longest form of a secret, less one byte: so one that is cut in two by pieces of the
//    stream is still found, and one whose beginning alone has come is not passed on.
// 2. Bytes that hold no secret pass as they are, whatever they mean: a byte is a character here, and a secret is looked for as
//    its bytes in UTF-8.
import { hideInBytes } from '../../../core/hide-values.ts'

/** Null where there is nothing to hide. */
export function hidingStream(secrets: Iterable<string>): TransformStream<Uint8Array, Uint8Array> | null {
  const hiding = hideInBytes(secrets)
  if (hiding === null) return null
  const { longest, upTo } = hiding
  let kept = ''
  return new TransformStream({
    transform(chunk, controller) {
      const text = kept + textOf(chunk)
      const { shown, end } = upTo(text, text.length - longest + 1)
      kept = text.slice(end)
      if (shown !== '') controller.enqueue(bytesOf(shown))
    },
    flush(controller) {
      const { shown, end } = upTo(kept, kept.length)
      const rest = shown + kept.slice(end)
      if (rest !== '') controller.enqueue(bytesOf(rest))
    },
  })
}

/** As many bytes as may be arguments of one call. */
const CHUNK = 8_192

function textOf(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return text
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
