// The exact buckets in front of sign-in and of mails, counted before any work is done.
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../../http/app-env.ts'
import { takeExactly } from '../../http/rate-limit.ts'
import { MAILS, mailBucket, SIGN_INS, signInBucket } from './brute-force.ts'

type WithEmail = { in: { json: unknown }; out: { json: { email: string } } }

/** Both stand behind the validated body: the address in it names the bucket. */
export const limitSignIns: MiddlewareHandler<AppEnv, string, WithEmail> = async (c, next) => {
  await takeExactly(c, await signInBucket(c.req.valid('json').email), SIGN_INS)
  await next()
}

export const limitMails: MiddlewareHandler<AppEnv, string, WithEmail> = async (c, next) => {
  await takeExactly(c, await mailBucket(c.req.valid('json').email), MAILS)
  await next()
}

export const limitOwnMails: MiddlewareHandler<AppEnv> = async (c, next) => {
  await takeExactly(c, await mailBucket(c.var.ctx.actor.email), MAILS)
  await next()
}
