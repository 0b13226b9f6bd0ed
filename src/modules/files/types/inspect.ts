// Checks the content of a file against its name while it streams. Invariants:
// 1. The head decides about signatures before anything is stored. Text is decoded to its end.
// 2. Only the head is kept, and the few bytes at which a pattern may be cut.
import { AppError } from '../../../core/errors.ts'
import { HEAD_BYTES, program } from './signatures.ts'
import { EXTENSIONS, extensionOf, type FileType, isForbiddenExtension, typeOf } from './table.ts'

export type Inspector = {
  type: FileType
  /** Checks the first bytes: `HEAD_BYTES`, or the whole file if it is shorter. Throws if they do not match the name. */
  head: (head: Uint8Array) => void
  /** Checks every chunk, including the head. */
  chunk: (bytes: Uint8Array) => void
  end: () => void
}

/** Throws for names with an unknown extension, before any byte is read. */
export function inspectorFor(name: string): Inspector {
  const extension = extensionOf(name)
  if (isForbiddenExtension(extension))
    throw new AppError('file.forbidden_type', {
      detail: `Programs, shortcuts and documents that may contain macros are not accepted, so .${extension} is not.`,
    })
  const type = typeOf(extension)
  if (type === null)
    throw new AppError('file.unsupported_type', {
      detail:
        extension === ''
          ? 'The name has no extension. Add one, such as .pdf.'
          : `Files with the extension .${extension} are not accepted. Accepted are ${EXTENSIONS.join(', ')}.`,
    })
  const mismatch = (why: string) =>
    new AppError('file.type_mismatch', { detail: `The name ends in .${extension}, but ${why}.` })
  const text = type.text ? textCheck(type, mismatch) : null
  const macros = type.macros ? namesIn(type.macros) : null
  const part = type.part ? namesIn([type.part]) : null
  return {
    type,
    head: (head) => {
      if (program(head)) throw new AppError('file.forbidden_type', { detail: 'The content is a program.' })
      if (type.signature && !type.signature(head)) throw mismatch(`the content is not ${type.contentType}`)
      text?.head(head)
    },
    chunk: (bytes) => {
      text?.chunk(bytes)
      if (macros?.(bytes))
        throw new AppError('file.forbidden_type', {
          detail: 'The document contains macros, which are not accepted.',
        })
      part?.(bytes)
    },
    end: () => {
      text?.end()
      if (part !== null && !part(new Uint8Array())) throw mismatch(`the content is not ${type.contentType}`)
    },
  }
}

/** Control characters that texts do not contain: all except tab, line ends, form feed and escape. */
const CONTROLS = String.raw`\0-\x08\x0e-\x1a\x1c-\x1f`
const CONTROL = new RegExp(`[${CONTROLS}]`)

function textCheck(type: FileType, mismatch: (why: string) => AppError) {
  let decoder: TextDecoder | undefined
  const decode = (bytes?: Uint8Array) => {
    let decoded: string
    try {
      decoded = bytes
        ? (decoder as TextDecoder).decode(bytes, { stream: true })
        : (decoder as TextDecoder).decode()
    } catch {
      throw mismatch('the content is not text in UTF-8 (or UTF-16 with a byte order mark)')
    }
    if (CONTROL.test(decoded)) throw mismatch('the content has control characters, so it is not text')
  }
  return {
    head: (head: Uint8Array) => {
      const isLittle = head[0] === 0xff && head[1] === 0xfe
      const isBig = head[0] === 0xfe && head[1] === 0xff
      const encoding = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8'
      decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: false })
      if (type.begins === undefined) return
      const start = new TextDecoder(encoding).decode(head).trimStart()
      if (!type.begins.test(start)) throw mismatch(`the content does not begin like ${type.contentType}`)
    },
    chunk: (bytes: Uint8Array) => decode(bytes),
    end: () => decode(),
  }
}

/** Names of entries are never compressed in a zip. Whether one was found so far; it may be cut at the end of a chunk. */
function namesIn(names: readonly string[]): (bytes: Uint8Array) => boolean {
  const latin1 = new TextDecoder('latin1')
  const overlap = Math.max(...names.map((name) => name.length)) - 1
  let before = ''
  let isSeen = false
  return (bytes) => {
    if (isSeen) return true
    const text = before + latin1.decode(bytes)
    isSeen = names.some((name) => text.includes(name))
    before = text.slice(-overlap)
    return isSeen
  }
}

export { HEAD_BYTES }
