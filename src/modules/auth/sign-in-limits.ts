// The exact buckets in front of sign-in and of one's own mails, counted before any work is done.
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../../http/app-env.ts'
import { takeExactly } from '../../http/rate-limit.ts'
import { MAILS, SIGN_INS, signInBucket } from './brute-force.ts'

type WithEmail = { in: { json: unknown }; out: { json: { email: string } } }

/** Stands behind the validated body: the address in it names the bucket. */
export const limitSignIns: MiddlewareHandler<AppEnv, string, WithEmail> = async (c, next) => {
  const bucket = await signInBucket(c.req.valid('json').email, c.var.request.address)
  await takeExactly(c, bucket, SIGN_INS)
  await next()
}

/** By the user, not the address: what others ask for by that must not use it up. */
export const limitOwnMails: MiddlewareHandler<AppEnv> = async (c, next) => {
  await takeExactly(c, `own-mail:${c.var.ctx.actor.userId}`, MAILS)
  await next()
}
