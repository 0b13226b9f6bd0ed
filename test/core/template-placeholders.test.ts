// Filling templates: the result, and the cost.
import { expect, test } from 'vitest'
import { fillIn, MAX_FILLED_CHARS } from '../../src/modules/templates/service/placeholders.ts'
import { startProcessorTime } from '../helpers/processor-time.ts'

test('a value is a literal inside an expression and text outside, wherever the braces are', () => {
  const fill = (text: string) => fillIn(text, { a: 'x"y' })
  expect(fill('{{= a }}')).toBe('x"y')
  expect(fill('say {{= a }}')).toBe('say x"y')
  expect(fill('{{ upper({{= a }}) }} and {{= a }}')).toBe('{{ upper("x\\"y") }} and x"y')
  expect(fill('{{ a {{= a }} b {{= a }}')).toBe('{{ a "x\\"y" b "x\\"y"')
  expect(fill('}} {{= a }} {{ {{= a }}')).toBe('}} x"y {{ "x\\"y"')
  expect(fill('{{{= a }}')).toBe('{x"y')
})

const refused = (make: () => unknown) => {
  try {
    make()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return null
}

test('a short template with a long value is refused before it is built', () => {
  const long = 'x'.repeat(100_000)
  const places = 2 * Math.ceil(MAX_FILLED_CHARS / long.length)
  expect(refused(() => fillIn('{{= a }} '.repeat(places), { a: long }))).toBe('request.too_large')
  expect(refused(() => fillIn(Array(places).fill('{{= a }}'), { a: [long] }))).toBe('request.too_large')
  expect(refused(() => fillIn({ params: Array(places).fill('{{= a }}') }, { a: long }))).toBe(
    'request.too_large',
  )
  expect(refused(() => fillIn(Array(10).fill('{{= a }}'), { a: long }))).toBeNull()
})

test('many placeholders in one text are fast', () => {
  const spentMs = startProcessorTime()
  expect(fillIn('{{ f({{= a }}) }}'.repeat(50_000), { a: 1 })).toBe('{{ f(1) }}'.repeat(50_000))
  expect(spentMs()).toBeLessThan(5_000)
})
