/**
 * The key that an effect carries, the same on every attempt. A `generation` above 0 is given to an effect that was
 * undone: made again under its old key, the receiver would answer with the outcome that no longer stands.
 */
export function idempotencyKey(keyRoot: string, path: string, generation = 0): string {
  return generation === 0 ? `${keyRoot}:${path}` : `${keyRoot}:${path}@${generation}`
}
