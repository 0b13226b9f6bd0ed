import * as z from 'zod'
import { toBase64 } from '../../core/crypto.ts'
import { parseJson } from '../../core/json.ts'
import { effectNode, NodeFailure } from '../node.ts'
import type { FileRef } from '../ports.ts'
import { mainPort } from '../ports-of.ts'
import { FileParam, idOrNameOf } from './ref.ts'

/** As text, this fits into a run. As base64, it grows by a third and still fits. */
const MAX_READ_BYTES = 6 * 1024 * 1024
const MAX_DEPTH = 256

const KINDS = ['auto', 'text', 'json', 'base64', 'reference'] as const

export const fileRead = effectNode({
  type: 'file.read',
  category: 'file',
  summary: 'Reads a file of the team.',
  params: z.strictObject({
    file: FileParam,
    as: z.enum(KINDS).optional().meta({
      description:
        '`text`, `json` (parsed), `base64`, or `reference` (without the content). `auto` depends on the type: JSON is parsed, text is returned as text, all others as a reference.',
      default: 'auto',
    }),
  }),
  output:
    'The content, or the reference `{ $file, name, type, sizeBytes, sha256 }`. The content can have at most 6 MB; pass larger files on as references.',
  example: { file: 'prices/2026.json' },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  run: async ({ files }, { params }) => {
    const name = idOrNameOf(params.file)
    const as = params.as ?? 'auto'
    if (as === 'reference') return { output: await files.find(name) }
    if (as === 'auto') {
      const ref = await files.find(name)
      const kind = kindOf(ref)
      if (kind === 'reference') return { output: ref }
    }
    const { ref, bytes, isText } = await files.read(name, MAX_READ_BYTES)
    const kind = as === 'auto' ? kindOf(ref) : as
    if (kind === 'base64') return { output: toBase64(bytes) }
    if (!isText) throw refuse('file.not_text', `${ref.name} is ${ref.type}, which is not text`)
    const text = textOf(bytes)
    return { output: kind === 'json' ? jsonOf(text, ref) : text }
  },
})

const JSON_TYPES = /[/+]json$/
const TEXT_TYPES = /^text\/|^application\/(xml|yaml|toml|sql|x-ndjson|x-subrip)$|^image\/svg/

function kindOf({ type }: FileRef): 'json' | 'text' | 'reference' {
  if (JSON_TYPES.test(type)) return 'json'
  return TEXT_TYPES.test(type) ? 'text' : 'reference'
}

/** The byte order mark shows the encoding. It is not part of the text. */
function textOf(bytes: Uint8Array): string {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff
  return new TextDecoder(isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8').decode(bytes)
}

function jsonOf(text: string, { name }: FileRef): unknown {
  const parsed = parseJson(text, MAX_DEPTH)
  if (parsed.ok) return parsed.value
  throw refuse('file.not_json', `${name} is not JSON that a run can hold: ${parsed.error}`)
}

const refuse = (code: string, message: string): NodeFailure =>
  new NodeFailure({ code, message, retryable: false })
