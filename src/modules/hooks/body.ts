// The body of a delivery as part of the run's input: JSON as its value, forms as their fields, text as text, and anything else as
// base64.
import { toBase64 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { isForbiddenKey, type Json, parseJson } from '../../core/json.ts'

const JSON_TYPE = /^application\/([a-z0-9.+-]+\+)?json$/
const TEXT_TYPE = /^(text\/.+|application\/([a-z0-9.+-]+\+)?(xml|yaml|javascript|graphql|x-ndjson))$/

type Received = { headers: Headers; bytes: Uint8Array<ArrayBuffer> }

export async function bodyOf({ headers, bytes }: Received): Promise<Json> {
  if (bytes.length === 0) return null
  const contentType = headers.get('content-type') ?? ''
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/x-www-form-urlencoded') return fieldsOf(new URLSearchParams(textOf(bytes)))
  if (type === 'multipart/form-data') return partsOf(bytes, contentType)
  if (JSON_TYPE.test(type)) return jsonOf(textOf(bytes))
  return type === '' || TEXT_TYPE.test(type) ? textOf(bytes) : fileOf(bytes, type)
}

function jsonOf(text: string): Json {
  const parsed = parseJson(text)
  if (!parsed.ok) throw new AppError(parsed.error)
  return parsed.value
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    throw new AppError('request.malformed', { detail: 'The body is not UTF-8.' })
  }
}

async function partsOf(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<Json> {
  const parts: [name: string, value: Json][] = []
  for (const [name, part] of await readForm(bytes, contentType)) {
    const value =
      typeof part === 'string'
        ? part
        : { filename: part.name, ...fileOf(new Uint8Array(await part.arrayBuffer()), part.type) }
    parts.push([name, value])
  }
  return fieldsOf(parts)
}

async function readForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': contentType } }).formData()
  } catch {
    throw new AppError('request.malformed', { detail: 'The body is not multipart/form-data.' })
  }
}

/** The form that `http.request` accepts for files. */
const fileOf = (bytes: Uint8Array, type: string) => ({
  contentType: type === '' ? 'application/octet-stream' : type,
  encoding: 'base64',
  content: toBase64(bytes),
})

/** A field that appears once is its value; a repeated field is a list. */
export function fieldsOf(sent: Iterable<[name: string, value: Json]>): Json {
  const fields = new Map<string, Json[]>()
  for (const [name, value] of sent) {
    if (isForbiddenKey(name)) throw new AppError('request.forbidden_key')
    const known = fields.get(name)
    if (known === undefined) fields.set(name, [value])
    else known.push(value)
  }
  return Object.fromEntries(
    [...fields].map(([name, all]) => [name, all.length === 1 ? (all[0] as Json) : all]),
  )
}
