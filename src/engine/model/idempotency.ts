import type { Sent } from './event.ts'

/**
 * The key that an effect carries, the same on every attempt. A `generation` above 0 is given to an effect that was
 * undone: made again under its old key, the receiver would answer with the outcome that no longer stands.
 */
export function idempotencyKey(keyRoot: string, path: string, generation = 0): string {
  return generation === 0 ? `${keyRoot}:${path}` : `${keyRoot}:${path}@${generation}`
}

export const keyWith = (key: string, suffix: string | undefined): string =>
  suffix === undefined ? key : `${key}=${suffix}`

/**
 * What is added to a key where the parameters are not those with which the effect was sent the last time: under its old
 * key the receiver would answer for what was asked then.
 */
export const keySuffix = (sent: Sent | undefined, params: string): string | undefined =>
  sent === undefined || sent.params === params ? sent?.suffix : params.slice(0, 16)
