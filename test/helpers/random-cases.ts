// The number and the seed of random cases. `npm test` runs a tenth of the cases, with a seed derived from the commit,
// so that each commit tries other ones. `npm run test:long` runs all. A failed test prints the TEST_SEED and
// TEST_CASES that repeat it.
const { TEST_SEED, TEST_CASES, TEST_LONG } = process.env

export const SEED = Number(TEST_SEED || 1)

export const isLong = TEST_LONG === 'true'

export function casesOf(all: number): number {
  if (TEST_CASES) return Number(TEST_CASES)
  return isLong ? all : Math.ceil(all / 10)
}

/** The variables that repeat one case. */
export const repeatWith = (seed: number, cases = 1): string => `TEST_SEED=${seed} TEST_CASES=${cases}`
