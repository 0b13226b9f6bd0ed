// Guessing made slow, without letting anybody lock others out. Invariants:
// 1. A try on an account is counted before its password is looked at, so parallel guesses are all counted.
// 2. A wait is capped and forgotten: never a lock.
// 3. What is counted is the address as typed, known or not, so a wait does not tell whether there is an account.
// 4. A device that has signed in to the account before has a count of its own, which no one else can fill.
// 5. Everyone else is counted by account and network. What other networks try makes nobody wait; when they try a lot,
//    each network gets fewer tries for free.
// 6. A try that is refused because of a wait counts for nothing, so it does not make the wait longer.
import ipaddr from 'ipaddr.js'
import type { RequestContext } from '../../context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { sha256Hex, toHex } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { type BackoffPolicy, type RatePolicy, rateLimiter } from '../../objects/rate-limiter.ts'
import { findSessionAddresses } from './sessions/repo.ts'

const PER_ACCOUNT: BackoffPolicy = {
  free: 5,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** Ten wrong passwords, then a quarter of an hour. */
const PER_DEVICE: BackoffPolicy = {
  free: 9,
  baseDelayMs: 15 * MINUTE_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: 15 * MINUTE_MS,
}

/** All networks together. It only counts: a wait here would let anybody keep the owner out. */
const EVERYWHERE: BackoffPolicy = { free: 50, baseDelayMs: 0, maxDelayMs: 0, forgetMs: HOUR_MS }

/** What a network has for free while the account is under attack from many. */
const FREE_UNDER_ATTACK = 1

/** How long a session makes its network familiar. */
const RECENT_MS = 30 * DAY_MS

/** Wider, since many people can share one address. */
const PER_ADDRESS: BackoffPolicy = {
  free: 50,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** All sign-ins of an account from one network or known device, right ones too: what a client sees in the RateLimit headers. */
export const SIGN_INS: RatePolicy = { limit: 60, windowMs: MINUTE_MS }

/** Mails asked for by anybody to one address. */
export const MAILS: RatePolicy = { limit: 10, windowMs: HOUR_MS }

/** Requests for unknown addresses that get an entry in the audit log. */
const UNKNOWN_RESETS: RatePolicy = { limit: 1, windowMs: HOUR_MS }

export async function signInBucket(
  request: Pick<RequestContext, 'address'>,
  email: string,
  deviceId: string | null,
): Promise<string> {
  const account = await emailBucket(email)
  return deviceId === null ? `${account}:${networkOf(request.address)}` : `${account}:device:${deviceId}`
}

const emailBucket = async (email: string): Promise<string> => `sign-in:${await sha256Hex(email)}`

export type GuessingTurn = {
  /** True for the one failure with which the waiting begins. */
  waitBegins: boolean
  right: () => Promise<void>
}

/** Counts the try and throws 429 while the account has to wait. */
export async function beginGuess(
  request: RequestContext,
  bucket: string,
  policy: BackoffPolicy = PER_ACCOUNT,
): Promise<GuessingTurn> {
  const limiter = rateLimiter(request.env.RATE_LIMITER, bucket)
  const state = await limiter.begin(policy)
  if (state.retryAfterMs > 0) throw mustWait(state.retryAfterMs)
  return { waitBegins: state.failures === policy.free, right: () => limiter.clear() }
}

/** The same for a sign-in, on a known device or from a network. */
export async function beginSignIn(
  request: RequestContext,
  email: string,
  deviceId: string | null,
): Promise<GuessingTurn> {
  const bucket = await signInBucket(request, email, deviceId)
  if (deviceId !== null) return beginGuess(request, bucket, PER_DEVICE)
  const everywhere = rateLimiter(request.env.RATE_LIMITER, await emailBucket(email))
  const [before, familiar] = await Promise.all([
    everywhere.check(EVERYWHERE),
    isFamiliarNetwork(request, email),
  ])
  const free = before.failures >= EVERYWHERE.free ? FREE_UNDER_ATTACK : PER_ACCOUNT.free
  const here = await beginGuess(request, bucket, { ...PER_ACCOUNT, free: familiar ? 2 * free : free })
  const { failures } = await everywhere.begin(EVERYWHERE)
  return {
    waitBegins: here.waitBegins || failures === EVERYWHERE.free,
    right: async () => {
      await Promise.all([here.right(), everywhere.clear()])
    },
  }
}

/** A recent session of the account from this network makes it likely that the owner is behind it. */
async function isFamiliarNetwork(request: RequestContext, email: string): Promise<boolean> {
  const here = networkOf(request.address)
  const addresses = await findSessionAddresses(request.env.DB, email, request.now() - RECENT_MS)
  return addresses.some((address) => networkOf(address) === here)
}

/** A proven owner need not wait for what others have guessed. */
export async function forgetSignIns(request: RequestContext, email: string): Promise<void> {
  const buckets = [await emailBucket(email), await signInBucket(request, email, null)]
  await Promise.all(buckets.map((bucket) => rateLimiter(request.env.RATE_LIMITER, bucket).clear()))
}

/** False when the address has had its mails for now. Anybody may ask for them, so who asks is not told. */
export async function takeMailAllowance(request: RequestContext, email: string): Promise<boolean> {
  const bucket = `account-mail:${await sha256Hex(email)}`
  return (await rateLimiter(request.env.RATE_LIMITER, bucket).take(MAILS)).allowed
}

/** Keeps asking for addresses that nobody has from filling the audit log. */
export async function wasUnknownResetAudited(request: RequestContext): Promise<boolean> {
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
