// Files in messages to a model. A run stores references (`{ type: 'file', data: { $file } }`). Their content is
// inserted right before a call, so it is not stored with each step, and no other team can send it. Invariants:
// 1. The same reference gives the same bytes: if the file has changed, the call fails.
// 2. Text files become text with marks for their beginning and end. All other files stay files.
import type { Json } from '../../../core/json.ts'
import { NodeFailure } from '../../node.ts'
import type { FilesPort } from '../../ports.ts'

export const MAX_TEXT_BYTES = 1024 * 1024
/** For an image or another file: the largest size that providers accept. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024
const MAX_ALL_BYTES = 20 * 1024 * 1024

export const fileTokens = (isText: boolean, sizeBytes: number): number =>
  isText ? Math.ceil(sizeBytes / 4) : 1_600

type Reference = { $file: string; sha256?: unknown }
type Part = { type?: unknown; mediaType?: unknown; filename?: unknown; data?: unknown; image?: unknown }

const referenceIn = (part: Json): Reference | null => {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return null
  const { type, data, image } = part as Part
  if (type !== 'file' && type !== 'image') return null
  const value = (data ?? image) as { $file?: unknown } | undefined
  return typeof value === 'object' && value !== null && typeof value.$file === 'string'
    ? (value as Reference)
    : null
}

export async function withFiles(files: FilesPort, messages: readonly Json[]): Promise<Json[]> {
  let left = MAX_ALL_BYTES
  const found: Json[] = []
  for (const message of messages) {
    const { content } = (message ?? {}) as { content?: Json }
    if (!Array.isArray(content) || !content.some((part) => referenceIn(part) !== null)) {
      found.push(message)
      continue
    }
    const parts: Json[] = []
    for (const part of content) {
      const reference = referenceIn(part)
      if (reference === null) {
        parts.push(part)
        continue
      }
      const { ref, bytes, isText } = await files.read(reference.$file, Math.min(MAX_FILE_BYTES, left))
      left -= bytes.length
      if (typeof reference.sha256 === 'string' && reference.sha256 !== ref.sha256)
        throw refused('file.changed', `${ref.name} has changed since the run started`)
      if (isText && bytes.length > MAX_TEXT_BYTES)
        throw refused(
          'file.too_large',
          `${ref.name} has ${bytes.length} bytes; models accept texts of at most ${MAX_TEXT_BYTES} bytes`,
        )
      parts.push(
        isText
          ? {
              type: 'text',
              text: `File ${JSON.stringify(ref.name)}:\n${new TextDecoder().decode(bytes)}\n(end of the file)`,
            }
          : {
              type: 'file',
              filename: ref.name,
              mediaType: ref.type,
              data: Buffer.from(bytes).toString('base64'),
            },
      )
    }
    found.push({ ...(message as object), content: parts })
  }
  return found
}

const refused = (code: string, message: string): NodeFailure =>
  new NodeFailure({ code, message, retryable: false })
