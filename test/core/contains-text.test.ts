import { expect, test } from 'vitest'
import { containsText } from '../../src/core/contains-text.ts'
import { SEED } from '../helpers/random-cases.ts'

/** Repeatable numbers from 0 to below `below`. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test('it finds what the built-in search finds', () => {
  const next = numbersFrom(SEED)
  const letters = (length: number) => Array.from({ length }, () => 'ab'[next(2)]).join('')
  for (let round = 0; round < 500; round++) {
    const text = letters(next(300))
    const at = next(300)
    for (const wanted of [
      letters(17),
      text.slice(at),
      text.slice(at, at + 20),
      `${text.slice(at, at + 20)}c`,
    ])
      expect(containsText(text, wanted), `${wanted} in ${text}`).toBe(text.includes(wanted))
  }
})
