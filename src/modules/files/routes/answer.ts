// Responds to a download: conditions, ranges, and headers that prevent a file from running as a page of this origin.
import type { Context } from 'hono'
import { AppError } from '../../../core/errors.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { contentDisposition } from '../../../http/content-disposition.ts'
import { wantedPart } from '../../../http/ranges.ts'
import type { FileContent } from '../service/content.ts'

const TEXT =
  /^text\/|^application\/(json|xml|yaml|toml|sql|geo\+json|x-ndjson|x-ipynb\+json|x-subrip)$|^image\/svg/

/** `onStart` is called before byte 0 is sent, `onLaterPart` before a part that begins later. */
export async function answerContent(
  c: Context<AppEnv>,
  content: FileContent,
  options: { inline: boolean; onStart?: () => Promise<void>; onLaterPart?: () => void },
): Promise<Response> {
  const { sizeBytes, modifiedAt, contentType, filename } = content
  const etag = `"${content.sha256}"`
  const wanted = wantedPart((name) => c.req.header(name), { sizeBytes, etag, modifiedAt })
  const headers: Record<string, string> = {
    etag,
    'last-modified': new Date(modifiedAt).toUTCString(),
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
  }
  if (wanted.kind === 'not_modified') return c.body(null, 304, headers)
  if (wanted.kind === 'unsatisfiable')
    throw new AppError('file.range_not_satisfiable', {
      detail: `The file has ${sizeBytes} bytes.`,
      headers: { 'content-range': `bytes */${sizeBytes}` },
    })
  const isShown = options.inline && content.mayBeInline
  const part = wanted.kind === 'part' ? wanted : null
  Object.assign(headers, {
    'content-type': TEXT.test(contentType) ? `${contentType}; charset=utf-8` : contentType,
    'content-disposition': contentDisposition(isShown ? 'inline' : 'attachment', filename),
    'content-length': String(part?.length ?? sizeBytes),
    'x-content-type-options': 'nosniff',
    'content-security-policy': isShown
      ? "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
      : "default-src 'none'; sandbox",
    ...(part === null
      ? {}
      : { 'content-range': `bytes ${part.offset}-${part.offset + part.length - 1}/${sizeBytes}` }),
  })
  const status = part === null ? 200 : 206
  if (c.req.method === 'HEAD') return c.body(null, status, headers)
  if (part === null || part.offset === 0) await options.onStart?.()
  else options.onLaterPart?.()
  const body = await content.open(part === null ? undefined : { offset: part.offset, length: part.length })
  return c.body(body, status, headers)
}
