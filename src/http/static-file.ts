// Serves a file that was built separately from the Worker.
import type { Context } from 'hono'
import { AppError } from '../core/errors.ts'
import type { AppEnv } from './app-env.ts'

/** `headers` are added to the response. The type and the ETag come with the file. */
export async function staticFile(
  c: Context<AppEnv>,
  path: string,
  headers: Record<string, string>,
): Promise<Response> {
  const condition = c.req.header('if-none-match')
  const file = await c.env.ASSETS.fetch(new URL(path, 'http://assets'), {
    headers: condition === undefined ? {} : { 'if-none-match': condition },
  })
  if (file.status !== 200 && file.status !== 304) throw new AppError('route.not_found')
  const answer = new Response(file.body, { status: file.status, headers })
  for (const name of ['content-type', 'etag']) {
    const value = file.headers.get(name)
    if (value !== null) answer.headers.set(name, value)
  }
  return answer
}
