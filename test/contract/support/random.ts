// Repeatable pseudo-random numbers: a failure prints its seed.

export type Random = {
  /** In [0, 1). */
  next: () => number
  below: (limit: number) => number
  chance: (share: number) => boolean
  pick: <T>(from: readonly T[]) => T
}

export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { next, below, chance: (share) => next() < share, pick: (from) => from[below(from.length)] as never }
}
