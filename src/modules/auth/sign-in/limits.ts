// Exact rate limits for sign-ins and verification mails, counted before any work is done.
import type { Context, MiddlewareHandler } from 'hono'
import type { AppEnv } from '../../../http/app-env.ts'
import { takeExactly } from '../../../http/rate-limit.ts'
import { MAILS, SIGN_INS, signInBucket } from '../brute-force.ts'
import { knownDevice } from './device-cookie.ts'

type WithEmail = { in: { json: unknown }; out: { json: { email: string } } }

/** Place it after `validate`: the address in the body selects the bucket. */
export const limitSignIns: MiddlewareHandler<AppEnv, string, WithEmail> = async (c, next) => {
  const { email } = c.req.valid('json')
  const plain = c as unknown as Context<AppEnv>
  const bucket = await signInBucket(c.var.request, email, await knownDevice(plain, email))
  await takeExactly(plain, bucket, SIGN_INS)
  await next()
}

/** Counted by user, not by address, so requests by other people do not use it up. */
export const limitVerificationMails: MiddlewareHandler<AppEnv> = async (c, next) => {
  await takeExactly(c, `own-mail:${c.var.ctx.actor.userId}`, MAILS)
  await next()
}
