// Files of the team in a question. The run stores references. The content is read when a model is called.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { requireScope } from '../../../http/scopes.ts'
import { fileTokens, MAX_FILE_BYTES, MAX_TEXT_BYTES } from '../../../nodes/ai/loop/files.ts'
import { type FileRef, findRefs, isTextType } from '../../files/index.ts'

type Attached = { messages: Json[]; tokens: number }

/** Adds them to the last message. */
export async function attach(
  ctx: Pick<RequestContext, 'env'> & { actor: Actor },
  messages: Json[],
  files: readonly string[] | undefined,
): Promise<Attached> {
  requireFilesRight(ctx.actor, messages, files)
  if (files === undefined) return { messages, tokens: 0 }
  return attached(messages, files, await refsOf(ctx, files))
}

export type Refs = ReadonlyMap<string, FileRef>

/** Those of the ids that exist in the team. */
export async function refsOf(
  { env, actor }: Pick<RequestContext, 'env'> & { actor: Actor },
  ids: readonly string[],
): Promise<Refs> {
  const found = ids.length === 0 ? [] : await findRefs(env.DB, actor.teamId, [...new Set(ids)])
  return new Map(found.map((ref) => [ref.$file, ref]))
}

/** The same for files that were looked up before. Throws if one does not exist, or is too large. */
export function attached(messages: Json[], files: readonly string[], refs: Refs): Attached {
  const errors = files.flatMap((id, index): FieldError[] =>
    refs.has(id)
      ? []
      : [{ path: `/files/${index}`, message: `The team has no file ${id}`, code: 'file.not_found' }],
  )
  if (errors.length > 0) throw new AppError('request.invalid', { errors })
  const found = [...new Set(files)].flatMap((id) => refs.get(id) ?? [])
  for (const ref of found) requireSize(ref)
  const parts = found.map(
    ({ $file, name, type }): Json => ({
      type: 'file',
      filename: name,
      mediaType: type,
      data: { $file },
    }),
  )
  const tokens = found.reduce((sum, ref) => sum + fileTokens(isTextType(ref.type), ref.sizeBytes), 0)
  return { messages: withParts(messages, parts), tokens }
}

/**
 * With an API key, an agent can only read what the key may read. Messages may contain parts of an earlier call that
 * refer to files. A `$file` inside a text has escaped quotes.
 */
export function requireFilesRight(actor: Actor, messages: readonly Json[], files?: readonly string[]): void {
  if (files === undefined && !JSON.stringify(messages).includes('"$file":')) return
  requireScope(actor, 'files:read', 'A call with files also needs the right files:read.')
}

function requireSize({ name, type, sizeBytes }: FileRef): void {
  const most = isTextType(type) ? MAX_TEXT_BYTES : MAX_FILE_BYTES
  if (sizeBytes <= most) return
  throw new AppError('file.too_large', {
    detail: `${name} has ${sizeBytes} bytes. Models accept ${isTextType(type) ? 'texts' : 'images and other files'} of at most ${most} bytes.`,
  })
}

function withParts(messages: readonly Json[], parts: Json[]): Json[] {
  const last = messages.at(-1) as { role?: string; content?: Json } | undefined
  if (last?.role !== 'user') return [...messages, { role: 'user', content: parts }]
  const { content } = last
  const ownParts = Array.isArray(content) ? content : [{ type: 'text', text: String(content ?? '') }]
  return [...messages.slice(0, -1), { ...last, content: [...ownParts, ...parts] }]
}
