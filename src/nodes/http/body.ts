// Builds the request body by its type, and the headers for it.
import * as z from 'zod'
import { fromBase64Url } from '../../core/crypto.ts'
import { NodeFailure } from '../node.ts'
import type { OutboundRequest } from '../ports.ts'

export type BodyType = 'json' | 'form' | 'multipart' | 'raw'

type Sent = { body: NonNullable<OutboundRequest['body']>; contentType: string | null }

const Scalar = z.union([z.string(), z.number(), z.boolean()])
const Fields = z.record(z.string(), z.union([Scalar, z.null(), z.array(Scalar)]))
const Part = z.strictObject({
  filename: z.string().max(500),
  content: z.string(),
  contentType: z.string().max(200).optional(),
  encoding: z.enum(['text', 'base64']).optional(),
})
const Parts = z.record(z.string(), z.union([Scalar, z.null(), Part, z.array(z.union([Scalar, Part]))]))

export function bodyOf(body: unknown, bodyType: BodyType | undefined): Sent {
  switch (bodyType ?? (typeof body === 'string' ? 'raw' : 'json')) {
    case 'json':
      return { body: JSON.stringify(body), contentType: 'application/json' }
    case 'raw':
      if (typeof body !== 'string') throw bad('body: a raw body must be text')
      return { body, contentType: 'text/plain;charset=utf-8' }
    case 'form': {
      const form = new URLSearchParams()
      appendAll(form, parse(Fields, body))
      return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' }
    }
    case 'multipart': {
      const form = new FormData()
      for (const [name, value] of Object.entries(parse(Parts, body))) {
        for (const one of Array.isArray(value) ? value : [value]) {
          if (one === null) continue
          if (typeof one === 'object') form.append(name, fileOf(one), one.filename)
          else form.append(name, String(one))
        }
      }
      // The runtime sets the content type, because only it knows the boundary.
      return { body: form, contentType: null }
    }
  }
}

/** Null omits a field; a list repeats it. */
export function appendAll(
  to: URLSearchParams,
  fields: Readonly<Record<string, string | number | boolean | null | (string | number | boolean)[]>>,
): void {
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== null) to.append(name, String(one))
  }
}

function fileOf(part: z.infer<typeof Part>): Blob {
  const type = part.contentType ?? 'application/octet-stream'
  if (part.encoding !== 'base64') return new Blob([part.content], { type })
  try {
    return new Blob([fromBase64Url(part.content)], { type })
  } catch {
    throw bad(`body: the content of ${part.filename} is not base64`)
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw bad(`body.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`)
}

export const bad = (message: string): NodeFailure =>
  new NodeFailure({ code: 'params.invalid', message, retryable: false })
