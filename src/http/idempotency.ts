// Idempotency keys, for POST requests that create or start something. `commit` writes the key's row in the same batch as the
// mutation, so a crash cannot separate them. This middleware reads the key and answers a repeated request with the current state of
// the resource. Auth routes and routes that return secrets use `secret`: the request is not repeated, and no secret is shown again.
import type { Context, MiddlewareHandler } from 'hono'
import type { ServiceContext } from '../context.ts'
import { DAY_MS } from '../core/clock.ts'
import { sha256Hex } from '../core/crypto.ts'
import { AppError } from '../core/errors.ts'
import { canonicalJson } from '../core/json.ts'
import { AlreadyDoneError, findIdempotent } from '../db/commit.ts'
import type { AppEnv } from './app-env.ts'
import { MAX_JSON_BYTES, readText } from './body.ts'
import { answerView } from './etag.ts'
import { tag } from './route-meta.ts'

const KEY_LIFE_MS = DAY_MS

/** The current state of the resource; `Versioned` if the route has an ETag. */
type View = (ctx: ServiceContext, resourceId: string) => Promise<object>

export function idempotent(
  view: View | 'secret',
  status: 200 | 201 | 202 = 201,
  maxBytes = MAX_JSON_BYTES,
): MiddlewareHandler<AppEnv> {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    const key = c.req.header('idempotency-key')
    if (key === undefined) return next()
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new AppError('request.malformed', {
        detail: 'Idempotency-Key must have 1 to 255 visible ASCII characters.',
      })
    }
    const { ctx } = c.var
    const requestHash = await sha256Hex(`${c.req.method} ${c.req.path}\n${await hashableBody(c, maxBytes)}`)
    const replayed = await replay(c, key, requestHash, view, status)
    if (replayed) return replayed
    c.set('ctx', { ...ctx, idempotency: { key, requestHash, expiresAt: ctx.now() + KEY_LIFE_MS } })
    await next()
    // Hono has already turned the error into a response. The thrown error is in `c.error`.
    if (c.error instanceof AlreadyDoneError) {
      const raced = await replay(c, key, requestHash, view, status)
      if (raced) {
        c.res = undefined
        c.res = raced
      }
    }
  }
  return tag(handler, { idempotent: view === 'secret' ? 'secret' : 'replayed' })
}

async function replay(
  c: Context<AppEnv>,
  key: string,
  requestHash: string,
  view: View | 'secret',
  status: 200 | 201 | 202,
): Promise<Response | null> {
  const { actor, now } = c.var.ctx
  const row = await findIdempotent(c.env.DB, actor, key, now())
  if (row === null) return null
  if (row.hash !== requestHash) throw new AppError('idempotency.mismatch')
  if (view === 'secret') throw new AppError('idempotency.secret_not_replayed')
  c.header('Idempotency-Replayed', 'true')
  return answerView(c, await view(c.var.ctx, row.resourceId), status)
}

/** Equal bodies have the same hash, whatever the order of their keys. */
async function hashableBody(c: Context<AppEnv>, maxBytes: number): Promise<string> {
  const text = await readText(c, maxBytes)
  try {
    return canonicalJson(JSON.parse(text))
  } catch {
    return text
  }
}

/** For starts: the run's own object stores the key for as long as the run exists. Only documents the header. */
export const keyedByObject: MiddlewareHandler<AppEnv> = tag(
  ((_c, next) => next()) satisfies MiddlewareHandler<AppEnv>,
  {
    idempotent: 'replayed',
  },
)
