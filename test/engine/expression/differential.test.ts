import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { casesOf, SEED } from '../../helpers/random-cases.ts'
import { makeGenerator } from './generate.ts'
import { randomFrom, run, sampleScope } from './support.ts'

const CASES = casesOf(100_000)

test(`${CASES} random expressions have the same value as in JavaScript (seed ${SEED})`, () => {
  const random = randomFrom(SEED)
  const generate = makeGenerator(random)
  const scope = sampleScope()
  const names = Object.keys(scope)
  const values = Object.values(scope)
  let failures = 0
  let equal = 0
  for (let i = 0; i < CASES; i++) {
    const expression = generate(1 + Math.floor(random() * 4))
    const found = run(`{{ ${expression} }}`, scope)
    let expected: unknown
    let threw = false
    try {
      expected = new Function(...names, `"use strict"; return (${expression})`)(...values)
    } catch (error) {
      // A generated source that JavaScript cannot parse would make the comparison worthless.
      if (error instanceof SyntaxError) throw new Error(`not JavaScript: ${expression}`)
      threw = true
    }
    if (found.ok === threw || (found.ok && !isDeepStrictEqual(found.value, expected))) {
      throw new Error(
        `seed ${SEED}, case ${i}: ${expression}\nfound ${JSON.stringify(found)}\nexpected ${threw ? 'an error' : JSON.stringify(expected)}`,
      )
    }
    if (threw) failures++
    else equal++
  }
  expect(scope).toStrictEqual(sampleScope())
  // Both kinds must occur, or the generator is broken.
  expect(equal).toBeGreaterThan(CASES * 0.7)
  expect(failures).toBeGreaterThan(CASES * 0.005)
}, 120_000)
