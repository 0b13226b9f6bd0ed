// Guessing made slow. Invariants:
// 1. A try on an account is counted before its password is looked at, so parallel guesses are all counted.
// 2. The wait doubles with each failure, is capped, and is forgotten: never a lock.
// 3. What is counted is the address as typed, known or not, so a wait says nothing about whether there is an account.
import ipaddr from 'ipaddr.js'
import type { RequestContext } from '../../context.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { sha256Hex, toHex } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { type BackoffPolicy, type RatePolicy, rateLimiter } from '../../objects/rate-limiter.ts'

const PER_ACCOUNT: BackoffPolicy = {
  free: 5,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** Wider, since many people can share one address. */
const PER_ADDRESS: BackoffPolicy = {
  free: 50,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** All sign-ins of an account, right ones too: what a client sees in the RateLimit headers. */
export const SIGN_INS: RatePolicy = { limit: 60, windowMs: MINUTE_MS }

/** Mails asked for by anybody to one address. */
export const MAILS: RatePolicy = { limit: 10, windowMs: HOUR_MS }

export const signInBucket = async (email: string): Promise<string> => `sign-in:${await sha256Hex(email)}`

export const mailBucket = async (email: string): Promise<string> => `account-mail:${await sha256Hex(email)}`

export type GuessingTurn = {
  /** True for the one failure with which the waiting begins. */
  waitBegins: boolean
  right: () => Promise<void>
}

/** Counts the try and throws 429 while the account has to wait. */
export async function beginGuess(request: RequestContext, bucket: string): Promise<GuessingTurn> {
  const limiter = rateLimiter(request.env.RATE_LIMITER, bucket)
  const state = await limiter.begin(PER_ACCOUNT)
  if (state.retryAfterMs > 0) throw mustWait(state.retryAfterMs)
  return { waitBegins: state.failures === PER_ACCOUNT.free, right: () => limiter.clear() }
}

/** A proven owner need not wait for what others have guessed. */
export const forgetGuesses = (request: RequestContext, bucket: string): Promise<void> =>
  rateLimiter(request.env.RATE_LIMITER, bucket).clear()

/** Throws 429 while the caller's address has to wait. Right tries are not counted and clear nothing. */
export async function requireAddressMayTry(request: RequestContext): Promise<void> {
  const limiter = ofAddress(request)
  if (limiter === null) return
  const { retryAfterMs } = await limiter.check(PER_ADDRESS)
  if (retryAfterMs > 0) throw mustWait(retryAfterMs)
}

export async function noteAddressFailure(request: RequestContext): Promise<void> {
  await ofAddress(request)?.begin(PER_ADDRESS)
}

/** Without a front that names the client's address nobody can be told apart, so nobody is made to wait for others. */
const ofAddress = ({ address, env }: RequestContext) =>
  address === null ? null : rateLimiter(env.RATE_LIMITER, `address:${network(address)}`)

/** In IPv6 one customer has at least a /64, and could take a new address for each try. */
function network(address: string): string {
  if (!ipaddr.isValid(address)) return address.slice(0, 64)
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv6'
    ? toHex(Uint8Array.from(parsed.toByteArray().slice(0, 8)))
    : parsed.toString()
}

const mustWait = (retryAfterMs: number): AppError => {
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1000)
  return new AppError('rate.limited', {
    retryAfterSeconds,
    detail: `Too many failed tries. Try again in ${retryAfterSeconds} s.`,
  })
}
