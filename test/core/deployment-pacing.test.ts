// GitHub's limits: at most 80 calls per minute, and 500 per hour, that create content.
import { expect, test } from 'vitest'
import {
  A_MINUTE,
  AN_HOUR,
  type Created,
  MAX_TREE_BYTES,
  MAX_TREE_ENTRIES,
  nextAllowed,
  treeParts,
  withCreated,
} from '../../src/modules/deployments/platforms/github-pages/git.ts'
import { githubPages } from '../../src/modules/deployments/platforms/github-pages/index.ts'
import type { PlatformState, Site } from '../../src/modules/deployments/platforms/platform.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const seed = Number(process.env.TEST_SEED ?? 13)

test(`batches of any size never exceed a limit, and are not delayed longer than necessary (TEST_SEED=${seed})`, () => {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state % below
  }
  for (let round = 0; round < 20; round++) {
    let created: Created = []
    const all: [at: number, calls: number][] = []
    let now = 1_000_000
    for (let batch = 0; batch < 100; batch++) {
      const calls = 1 + random(20)
      const at = nextAllowed(created, calls, now)
      expect(at - now).toBeLessThanOrEqual(HOUR_MS)
      now = at
      created = withCreated(created, calls, now)
      all.push([now, calls])
      const within = (span: number): number =>
        all.filter(([when]) => when > now - span).reduce((sum, [, n]) => sum + n, 0)
      expect(within(MINUTE_MS)).toBeLessThanOrEqual(A_MINUTE)
      expect(within(HOUR_MS)).toBeLessThanOrEqual(AN_HOUR)
      now += random(5_000)
    }
    // Only calls that a limit needs are remembered.
    expect(created.every(([at]) => at > now - HOUR_MS - 5_000)).toBe(true)
  }
})

test('without earlier calls, a batch is sent immediately', () => {
  expect(nextAllowed([], 20, 5)).toBe(5)
})

test('a tree is sent in parts of at most 500 entries and 2 MB, in order', () => {
  const changes = Array.from({ length: 6_000 }, (_, n) => ({
    path: `${'ä'.repeat(n % 400)}/${n}`,
    ...({ mode: '100644', type: 'blob', sha: 'a'.repeat(40) } as const),
  }))
  const parts = [...treeParts(changes)]
  expect(parts.flat()).toEqual(changes)
  for (const part of parts) {
    expect(part.length).toBeLessThanOrEqual(MAX_TREE_ENTRIES)
    expect(new TextEncoder().encode(JSON.stringify(part)).length).toBeLessThanOrEqual(MAX_TREE_BYTES)
  }
})

test('deployments with one token share its limit', () => {
  const now = 10 * HOUR_MS
  const site = { deployment: { state: {} }, now: () => now } as unknown as Site
  const atWork = (calls: number) => [{ created: [[now - 1_000, calls]] }] as unknown as PlatformState[]
  expect(githubPages.pace?.(site, [])).toBe(now)
  expect(githubPages.pace?.(site, atWork(40))).toBe(now)
  expect(githubPages.pace?.(site, atWork(60))).toBe(now - 1_000 + MINUTE_MS)
})
