import { describe, expect, it } from 'vitest'
import { casesOf, repeatWith, SEED } from '../helpers/random-cases.ts'
import { runCase } from './support/run-case.ts'

const CASES = casesOf(100_000)

describe('random workflows in a hostile world', () => {
  it(`keep all invariants in ${CASES} cases from seed ${SEED}`, { timeout: 3_600_000 }, () => {
    const seen: Record<string, number> = {}
    for (let i = 0; i < CASES; i++) {
      try {
        const status = runCase(SEED + i)
        seen[status] = (seen[status] ?? 0) + 1
      } catch (thrown) {
        throw new Error(`${repeatWith(SEED + i)} shows it: ${(thrown as Error).message}`, { cause: thrown })
      }
    }
    // A world in which everything fails would prove little.
    for (const status of ['succeeded', 'failed', 'cancelled']) {
      if (CASES >= 1_000) expect(seen[status] ?? 0).toBeGreaterThan(CASES / 250)
    }
  })
})
