// The exact buckets in front of sign-in and of one's own mails, counted before any work is done.
import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv } from '../../../http/app-env.ts'
import { takeExactly } from '../../../http/rate-limit.ts'
import { MAILS, SIGN_INS, signInBucket } from '../brute-force.ts'
import { knownDevice } from './device-cookie.ts'

type WithEmail = { in: { json: unknown }; out: { json: { email: string } } }

/** Stands behind the validated body: the address in it names the bucket. */
export const limitSignIns: MiddlewareHandler<AppEnv, string, WithEmail> = async (c, next) => {
  const { email } = c.req.valid('json')
  const plain = c as unknown as Context<AppEnv>
  const bucket = await signInBucket(c.var.request, email, await knownDevice(plain, email))
  await takeExactly(plain, bucket, SIGN_INS)
  await next()
}

/** By the user, not the address: what others ask for by that must not use it up. */
export const limitOwnMails: MiddlewareHandler<AppEnv> = async (c, next) => {
  await takeExactly(c, `own-mail:${c.var.ctx.actor.userId}`, MAILS)
  await next()
}
