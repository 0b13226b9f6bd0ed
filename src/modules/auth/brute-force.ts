// Guessing made slow. Invariants:
// 1. A try on an account is counted before its password is looked at, so parallel guesses are all counted.
// 2. The wait doubles with each failure, is capped, and is forgotten: never a lock.
// 3. What is counted is the address as typed, known or not, so a wait says nothing about whether there is an account.
// 4. Nobody can shut somebody else out of a sign-in: failures count for the address as tried from one network. Those of
//    all networks together begin to count much later and make nobody wait long.
// 5. A try that is refused because of a wait counts for nothing, so it does not make the wait longer.
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

/** What many networks guess at one account together; a wait that its owner can sit out. */
const PER_EMAIL: BackoffPolicy = {
  free: 50,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 10 * SECOND_MS,
  forgetMs: HOUR_MS,
}

/** Wider, since many people can share one address. */
const PER_ADDRESS: BackoffPolicy = {
  free: 50,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** All sign-ins of an account from one network, right ones too: what a client sees in the RateLimit headers. */
export const SIGN_INS: RatePolicy = { limit: 60, windowMs: MINUTE_MS }

/** Mails asked for by anybody to one address. */
export const MAILS: RatePolicy = { limit: 10, windowMs: HOUR_MS }

/** Requests for unknown addresses that get an entry in the audit log. */
const UNKNOWN_RESETS: RatePolicy = { limit: 1, windowMs: HOUR_MS }

export const signInBucket = async (email: string, address: string | null): Promise<string> =>
  `sign-in:${await sha256Hex(email)}:${networkOf(address)}`

const emailBucket = async (email: string): Promise<string> => `sign-in:${await sha256Hex(email)}`

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

/** The same for a sign-in, which is counted for the network that it comes from and, loosely, for all of them. */
export async function beginSignIn(request: RequestContext, email: string): Promise<GuessingTurn> {
  const everywhere = rateLimiter(request.env.RATE_LIMITER, await emailBucket(email))
  const { retryAfterMs } = await everywhere.check(PER_EMAIL)
  if (retryAfterMs > 0) throw mustWait(retryAfterMs)
  const here = await beginGuess(request, await signInBucket(email, request.address))
  const state = await everywhere.begin(PER_EMAIL)
  if (state.retryAfterMs > 0) throw mustWait(state.retryAfterMs)
  return {
    waitBegins: here.waitBegins || state.failures === PER_EMAIL.free,
    right: async () => {
      await Promise.all([here.right(), everywhere.clear()])
    },
  }
}

/** A proven owner need not wait for what others have guessed. */
export async function forgetSignIns(request: RequestContext, email: string): Promise<void> {
  const buckets = [await emailBucket(email), await signInBucket(email, request.address)]
  await Promise.all(buckets.map((bucket) => rateLimiter(request.env.RATE_LIMITER, bucket).clear()))
}

/** False when the address has had its mails for now. Anybody may ask for them, so who asks is not told. */
export async function mayMail(request: RequestContext, email: string): Promise<boolean> {
  const bucket = `account-mail:${await sha256Hex(email)}`
  return (await rateLimiter(request.env.RATE_LIMITER, bucket).take(MAILS)).allowed
}

/** Keeps asking for addresses that nobody has from filling the audit log. */
export async function isUnknownResetNoted(request: RequestContext): Promise<boolean> {
  const bucket = `unknown-reset:${networkOf(request.address)}`
  return !(await rateLimiter(request.env.RATE_LIMITER, bucket).take(UNKNOWN_RESETS)).allowed
}

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
  address === null ? null : rateLimiter(env.RATE_LIMITER, `address:${networkOf(address)}`)

/**
 * In IPv6 one customer has at least a /64, and could take a new address for each try. Without a front that names the
 * client's address (`npm start` alone) all clients are one network, and wait for each other's guesses at an account.
 */
function networkOf(address: string | null): string {
  if (address === null) return 'unknown'
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
