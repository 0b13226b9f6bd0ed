// Slows down guessing without letting anybody lock other people out. Invariants:
// 1. An attempt is counted before the password is checked, so parallel guesses are all counted.
// 2. Waits are capped and expire. An account is never locked.
// 3. The counter uses the address as typed, whether or not it has an account. A wait reveals an account only to a network that
//    had a session of it in the last 30 days, because that network has twice the attempts.
// 4. A device that has signed in to the account before has its own counter, which nobody else can increase.
// 5. All others are counted by account and network. Attempts from other networks never cause a wait; when there are many,
//    each network gets fewer free attempts.
// 6. An attempt that is rejected because of a wait is not counted, so it does not extend the wait.
import type { RequestContext } from '../../context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/clock.ts'
import { sha256Hex } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { networkOf as networkOfAddress } from '../../http/network.ts'
import { type BackoffPolicy, type RatePolicy, rateLimiter } from '../../objects/rate-limiter.ts'
import { findSessionAddresses } from './sessions/repo.ts'

const PER_ACCOUNT: BackoffPolicy = {
  free: 5,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** After ten wrong passwords, a wait of 15 minutes. */
const PER_DEVICE: BackoffPolicy = {
  free: 9,
  baseDelayMs: 15 * MINUTE_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: 15 * MINUTE_MS,
}

/** Counts all networks together. It never causes a wait, which would let anybody lock the owner out. */
const ALL_NETWORKS: BackoffPolicy = { free: 50, baseDelayMs: 0, maxDelayMs: 0, forgetMs: HOUR_MS }

/** Free attempts for each network while the account is attacked from many networks. */
const FREE_UNDER_ATTACK = 1

/** For how long a session makes its network familiar. */
const RECENT_MS = 30 * DAY_MS

/** Allows more, because many people can share one address. */
const PER_ADDRESS: BackoffPolicy = {
  free: 50,
  baseDelayMs: SECOND_MS,
  maxDelayMs: 15 * MINUTE_MS,
  forgetMs: HOUR_MS,
}

/** All sign-ins to an account from one network or known device, including successful ones. Clients see it in the RateLimit headers. */
export const SIGN_INS: RatePolicy = { limit: 60, windowMs: MINUTE_MS }

/** Mails to one address, whoever requests them. */
export const MAILS: RatePolicy = { limit: 10, windowMs: HOUR_MS }

/** Reset requests for unknown addresses that are audited. */
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

export type GuessAttempt = {
  /** True only for the failure that starts the wait. */
  startsWait: boolean
  succeeded: () => Promise<void>
}

/** Counts the attempt. Throws 429 while the account has to wait. */
export async function beginGuess(
  request: RequestContext,
  bucket: string,
  policy: BackoffPolicy = PER_ACCOUNT,
): Promise<GuessAttempt> {
  const limiter = rateLimiter(request.env.RATE_LIMITER, bucket)
  const state = await limiter.begin(policy)
  if (state.retryAfterMs > 0) throw tooManyAttempts(state.retryAfterMs)
  return { startsWait: state.failures === policy.free, succeeded: () => limiter.clear() }
}

/** Like `beginGuess`, for a sign-in from a known device or a network. */
export async function beginSignIn(
  request: RequestContext,
  email: string,
  deviceId: string | null,
): Promise<GuessAttempt> {
  const bucket = await signInBucket(request, email, deviceId)
  if (deviceId !== null) return beginGuess(request, bucket, PER_DEVICE)
  const everywhere = rateLimiter(request.env.RATE_LIMITER, await emailBucket(email))
  const [before, familiar] = await Promise.all([
    everywhere.check(ALL_NETWORKS),
    isFamiliarNetwork(request, email),
  ])
  const free = before.failures >= ALL_NETWORKS.free ? FREE_UNDER_ATTACK : PER_ACCOUNT.free
  const here = await beginGuess(request, bucket, { ...PER_ACCOUNT, free: familiar ? 2 * free : free })
  const { failures } = await everywhere.begin(ALL_NETWORKS)
  return {
    startsWait: here.startsWait || failures === ALL_NETWORKS.free,
    succeeded: async () => {
      await Promise.all([here.succeeded(), everywhere.clear()])
    },
  }
}

/** The owner is likely on this network if it has a recent session of the account. */
async function isFamiliarNetwork(request: RequestContext, email: string): Promise<boolean> {
  const here = networkOf(request.address)
  const addresses = await findSessionAddresses(request.env.DB, email, request.now() - RECENT_MS)
  return addresses.some((address) => networkOf(address) === here)
}

/** Clears the counters once the owner has proven who they are, so they don't wait because of other people's guesses. */
export async function resetSignInCounters(
  request: RequestContext,
  email: string,
  deviceId: string | null,
): Promise<void> {
  const buckets = [await emailBucket(email), await signInBucket(request, email, null)]
  if (deviceId !== null) buckets.push(await signInBucket(request, email, deviceId))
  await Promise.all(buckets.map((bucket) => rateLimiter(request.env.RATE_LIMITER, bucket).clear()))
}

/** Returns false if the address has reached its mail limit. Callers must not reveal that, because anybody can request mails. */
export async function takeMailAllowance(request: RequestContext, email: string): Promise<boolean> {
  const bucket = `account-mail:${await sha256Hex(email)}`
  return (await rateLimiter(request.env.RATE_LIMITER, bucket).take(MAILS)).allowed
}

/** Keeps requests for unknown addresses from filling the audit log. */
export async function wasUnknownResetAudited(request: RequestContext): Promise<boolean> {
  const bucket = `unknown-reset:${networkOf(request.address)}`
  return !(await rateLimiter(request.env.RATE_LIMITER, bucket).take(UNKNOWN_RESETS)).allowed
}

/** Throws 429 while the caller's address has to wait. Successful attempts are not counted and clear nothing. */
export async function requireAddressNotWaiting(request: RequestContext): Promise<void> {
  const limiter = addressLimiter(request)
  if (limiter === null) return
  const { retryAfterMs } = await limiter.check(PER_ADDRESS)
  if (retryAfterMs > 0) throw tooManyAttempts(retryAfterMs)
}

export async function recordAddressFailure(request: RequestContext): Promise<void> {
  await addressLimiter(request)?.begin(PER_ADDRESS)
}

/** Null if no proxy passes the client's address. Clients cannot be told apart then, so none waits because of another. */
const addressLimiter = ({ address, env }: RequestContext) =>
  address === null ? null : rateLimiter(env.RATE_LIMITER, `address:${networkOfAddress(address)}`)

/** If no proxy passes the client's address (plain `npm start`), all clients count as one network and share the counter of an account. */
const networkOf = (address: string | null): string =>
  address === null ? 'unknown' : networkOfAddress(address)

const tooManyAttempts = (retryAfterMs: number): AppError => {
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1000)
  return new AppError('rate.limited', {
    retryAfterSeconds,
    detail: `Too many failed attempts. Try again in ${retryAfterSeconds} s.`,
  })
}
