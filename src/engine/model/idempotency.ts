import type { Sent } from './event.ts'

/**
 * The idempotency key of an effect, the same on every attempt. An effect that was undone gets a higher `generation`:
 * with its old key, the receiver would return the outcome that was undone.
 */
export function idempotencyKey(keyRoot: string, path: string, generation = 0): string {
  return generation === 0 ? `${keyRoot}:${path}` : `${keyRoot}:${path}@${generation}`
}

export const keyWith = (key: string, suffix: string | undefined): string =>
  suffix === undefined ? key : `${key}=${suffix}`

/**
 * Added to a key if the parameters differ from the last time that the effect was sent: with the old key, the receiver
 * would answer the old request.
 */
export const keySuffix = (sent: Sent | undefined, params: string): string | undefined =>
  sent === undefined || sent.params === params ? sent?.suffix : params.slice(0, 16)
