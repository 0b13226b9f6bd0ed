// Removes secrets from a response while it is streamed, before any node sees it. Invariants:
// 1. The held-back part is as long as the longest form of a secret, minus one byte. So a secret that is split between
//    chunks is found, and its beginning is not passed on alone.
// 2. Other bytes do not change, whatever their encoding: each byte counts as a character, and secrets are searched as
//    their UTF-8 bytes.
import { hideInBytes } from '../../../core/hide-values.ts'

/** Null if there is nothing to hide. */
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

/** The maximum number of arguments of one call. */
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
