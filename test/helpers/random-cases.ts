// How many random cases a test takes, and from which seed. `npm test` takes a tenth of the cases, from a seed made of the
// commit, so that each commit tries others. `npm run test:long` takes all. A test that fails names the TEST_SEED and
// TEST_CASES that repeat it.
const { TEST_SEED, TEST_CASES, TEST_LONG } = process.env

export const SEED = Number(TEST_SEED || 1)

export const isLong = TEST_LONG === 'true'

export function casesOf(all: number): number {
  if (TEST_CASES) return Number(TEST_CASES)
  return isLong ? all : Math.ceil(all / 10)
}

/** What to set to see one case again. */
export const repeatWith = (seed: number, cases = 1): string => `TEST_SEED=${seed} TEST_CASES=${cases}`
