import { expect, test } from 'vitest'
import { compileParams, compileTemplate, evaluateTemplate } from '../../../src/engine/expression/index.ts'
import { startProcessorTime } from '../../helpers/processor-time.ts'
import { casesOf, SEED } from '../../helpers/random-cases.ts'
import { makeGenerator } from './generate.ts'
import { randomFrom, sampleScope } from './support.ts'

const CASES = casesOf(40_000)
const WORDS =
  `{{ }} {{ }} ( ) [ ] { } . ?. ... => , : ? ?? || && ! - + * ** / % < > == === in typeof \`a\${ }\` " ' \\ x input nodes item constructor __proto__ prototype map filter reduce repeat join JSON.parse Object.keys Object.fromEntries date 1e9 -1 0 NaN null undefined "x" Infinity flat sort toSorted split padEnd Array.from length / /a+/g /(/ /[/]/u regex( match test replace = unique hash hmac uuid Base64.encode Base64.decode week`.split(
    ' ',
  )
// Small limits keep the cases short. The bombs test large ones.
const LIMITS = { steps: 5_000, bytes: 200_000 }

function check(source: string, scope: Record<string, unknown>): boolean {
  const spentMs = startProcessorTime()
  const template = compileTemplate(source)
  const result = template.ok ? evaluateTemplate(template.value, scope, LIMITS) : template
  const context = `seed ${SEED}: ${JSON.stringify(source.slice(0, 500))}`
  expect(spentMs(), context).toBeLessThan(5_000)
  if (result.ok) {
    expect(typeof result.value, context).not.toBe('function')
    expect(typeof result.value, context).not.toBe('symbol')
    return true
  }
  // The messages for unknown errors mean that the language threw something unexpected.
  expect(result.error.message, context).not.toMatch(/could not be evaluated|uses too much memory/)
  expect(result.error.code, context).toMatch(/^expression\./)
  expect(result.error.column, context).toBeGreaterThan(0)
  expect(result.error.column, context).toBeLessThanOrEqual(source.length + 1)
  return false
}

test(`${CASES} strings of random characters end in a result (seed ${SEED})`, () => {
  const random = randomFrom(SEED)
  const scope = sampleScope()
  for (let i = 0; i < CASES; i++) {
    let body = ''
    for (let length = Math.floor(random() * 60); length > 0; length--) {
      body += String.fromCharCode(Math.floor(random() * (random() < 0.9 ? 128 : 65_536)))
    }
    check(random() < 0.5 ? `{{${body}` : `{{ ${body} }}`, scope)
  }
  expect(scope).toStrictEqual(sampleScope())
}, 120_000)

test(`${CASES} strings of random words end in a result (seed ${SEED})`, () => {
  const random = randomFrom(SEED + 1)
  const scope = sampleScope()
  let good = 0
  for (let i = 0; i < CASES; i++) {
    let body = ''
    for (let length = Math.floor(random() * 14); length > 0; length--) {
      body += WORDS[Math.floor(random() * WORDS.length)]! + (random() < 0.3 ? ' ' : '')
    }
    if (check(`{{ ${body} }}`, scope)) good++
  }
  expect(good).toBeGreaterThan(0)
}, 120_000)

test(`${CASES} expressions with random changes end in a result (seed ${SEED})`, () => {
  const random = randomFrom(SEED + 2)
  const generate = makeGenerator(random)
  const scope = sampleScope()
  const prototypeNames = Object.getOwnPropertyNames(Object.prototype)
  let good = 0
  for (let i = 0; i < CASES; i++) {
    let source = `{{ ${generate(3)} }}`
    for (let change = Math.floor(random() * 4); change >= 0; change--) {
      const at = Math.floor(random() * source.length)
      const length = Math.floor(random() * 5)
      const word = WORDS[Math.floor(random() * WORDS.length)]!
      const other = source.slice(Math.floor(random() * source.length)).slice(0, 20)
      source = source.slice(0, at) + (random() < 0.5 ? word : other) + source.slice(at + length)
    }
    if (check(source, scope)) good++
  }
  expect(good).toBeGreaterThan(CASES / 50)
  expect(scope).toStrictEqual(sampleScope())
  expect(Object.getOwnPropertyNames(Object.prototype)).toStrictEqual(prototypeNames)
}, 120_000)

test('parameters of any shape end in a result', () => {
  const random = randomFrom(SEED + 3)
  const value = (depth: number): unknown => {
    const kind = Math.floor(random() * (depth > 0 ? 7 : 5))
    if (kind === 0) return `{{ ${WORDS[Math.floor(random() * WORDS.length)]} }}`
    if (kind === 1) return random()
    if (kind === 2) return null
    if (kind === 3) return '\\{{ x }} {{ input.a }}'
    if (kind === 4) return undefined
    if (kind === 5) return Array.from({ length: 3 }, () => value(depth - 1))
    return Object.fromEntries([
      ['a', value(depth - 1)],
      ['b c', value(depth - 1)],
    ])
  }
  for (let i = 0; i < 2_000; i++) expect(compileParams(value(4))).toHaveProperty('ok')
})
