// Exact decimal arithmetic: models calculate badly, and binary fractions cannot represent 0.1.
import * as z from 'zod'
import { type Decimal, divideRounded, parseDecimal } from '../../core/money.ts'
import { refused } from './hosts.ts'
import { tool } from './tool.ts'

const MAX_DIGITS = 1_000
const MAX_DEPTH = 100
const DIVISION_DIGITS = 30

export const calculator = tool({
  name: 'calculator',
  description:
    'Computes an expression exactly: + - * / % ^ and parentheses, abs, min, max, round(x, digits), floor, ceil, sqrt, sum, avg. Use it for all arithmetic.',
  args: z.strictObject({ expression: z.string().min(1).max(2_000).describe('Such as (19.99 * 3 + 5) / 2') }),
  config: z.strictObject({}),
  run: (_ports, { args }) => Promise.resolve({ result: textOf(compute(args.expression)) }),
})

export function compute(text: string): Decimal {
  const tokens = text.match(/\d+(?:\.\d+)?(?:e[+-]?\d{1,2})?|\.\d+|[a-z]+|[-+*/%^(),]|\S/gi) ?? []
  let at = 0
  let depth = 0
  const result = sum()
  if (at < tokens.length) throw refused(`Unexpected ${tokens[at]}`)
  return result

  function sum(): Decimal {
    let left = product()
    while (tokens[at] === '+' || tokens[at] === '-') {
      const sign = tokens[at++]
      left = add(left, sign === '-' ? negated(product()) : product())
    }
    return left
  }

  function product(): Decimal {
    let left = unary()
    while (tokens[at] === '*' || tokens[at] === '/' || tokens[at] === '%') {
      const operator = tokens[at++]
      const right = unary()
      left =
        operator === '*' ? times(left, right) : operator === '/' ? divided(left, right) : rest(left, right)
    }
    return left
  }

  function unary(): Decimal {
    if (++depth > MAX_DEPTH) throw refused('The expression is nested too deeply')
    try {
      if (tokens[at] === '-') {
        at++
        return negated(unary())
      }
      if (tokens[at] === '+') {
        at++
        return unary()
      }
      return power()
    } finally {
      depth--
    }
  }

  function power(): Decimal {
    const base = atom()
    if (tokens[at] !== '^') return base
    at++
    const exponent = unary()
    const n = Number(textOf(exponent))
    if (!Number.isInteger(n) || Math.abs(n) > 1_000)
      throw refused('An exponent must be a whole number up to 1000')
    const value = powerOf(base, Math.abs(n))
    return n < 0 ? divided({ units: 1n, scale: 0 }, value) : value
  }

  function atom(): Decimal {
    const token = tokens[at++]
    if (token === undefined) throw refused('The expression ends too early')
    if (token === '(') {
      const inner = sum()
      expect(')')
      return inner
    }
    if (/^[a-z]+$/i.test(token)) return call(token.toLowerCase())
    const value = parseDecimal(token.startsWith('.') ? `0${token}` : token)
    if (value === null) throw refused(`${token} is not a number`)
    return value
  }

  function call(name: string): Decimal {
    if (++depth > MAX_DEPTH) throw refused('The expression is nested too deeply')
    expect('(')
    const args = [sum()]
    while (tokens[at] === ',') {
      at++
      args.push(sum())
    }
    expect(')')
    depth--
    return apply(name, args)
  }

  function expect(token: string): void {
    if (tokens[at++] !== token) throw refused(`${token} is missing`)
  }
}

function apply(name: string, args: Decimal[]): Decimal {
  const [first = ZERO, second] = args
  const total = () => args.reduce(add)
  switch (name) {
    case 'abs':
      return first.units < 0n ? negated(first) : first
    case 'min':
      return args.reduce((a, b) => (compare(a, b) <= 0 ? a : b))
    case 'max':
      return args.reduce((a, b) => (compare(a, b) >= 0 ? a : b))
    case 'sum':
      return total()
    case 'avg':
      return divided(total(), { units: BigInt(args.length), scale: 0 })
    case 'round':
      return rounded(first, second === undefined ? 0 : Number(textOf(second)))
    case 'floor':
      return { units: floorDiv(first.units, 10n ** BigInt(first.scale)), scale: 0 }
    case 'ceil':
      return { units: -floorDiv(-first.units, 10n ** BigInt(first.scale)), scale: 0 }
    case 'sqrt':
      return root(first)
    default:
      throw refused(`The function ${name} does not exist`)
  }
}

const ZERO: Decimal = { units: 0n, scale: 0 }

const negated = ({ units, scale }: Decimal): Decimal => ({ units: -units, scale })

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale]
}

const compare = (a: Decimal, b: Decimal): number => {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

function add(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b)
  return bounded({ units: x + y, scale })
}

const times = (a: Decimal, b: Decimal): Decimal =>
  bounded({ units: a.units * b.units, scale: a.scale + b.scale })

/** Exponentiation by squaring, so that expressions with many powers stay fast. */
function powerOf(base: Decimal, exponent: number): Decimal {
  let value: Decimal = { units: 1n, scale: 0 }
  let square = base
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) value = times(value, square)
    if (left > 1) square = times(square, square)
  }
  return value
}

function divided(a: Decimal, b: Decimal): Decimal {
  if (b.units === 0n) throw refused('Division by zero')
  const [x, y] = aligned(a, b)
  const sign = y < 0n ? -1n : 1n
  return trimmed({
    units: divideRounded(x * sign * 10n ** BigInt(DIVISION_DIGITS), y * sign),
    scale: DIVISION_DIGITS,
  })
}

function rest(a: Decimal, b: Decimal): Decimal {
  if (b.units === 0n) throw refused('Division by zero')
  const [x, y, scale] = aligned(a, b)
  return { units: x % y, scale }
}

function rounded(value: Decimal, digits: number): Decimal {
  if (!Number.isInteger(digits) || digits < 0 || digits > 100) throw refused('round takes 0 to 100 digits')
  if (value.scale <= digits) return value
  return { units: divideRounded(value.units, 10n ** BigInt(value.scale - digits)), scale: digits }
}

const floorDiv = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)

/** Newton's method on integers. */
function root(value: Decimal): Decimal {
  if (value.units < 0n) throw refused('A negative number has no square root')
  if (value.units === 0n) return ZERO
  const scale = DIVISION_DIGITS
  const digits = 2 * scale - value.scale
  const target = digits < 0 ? value.units / 10n ** BigInt(-digits) : value.units * 10n ** BigInt(digits)
  if (target === 0n) return ZERO
  let guess = 10n ** BigInt(Math.ceil(String(target).length / 2))
  for (;;) {
    const next = (guess + target / guess) / 2n
    if (next >= guess) break
    guess = next
  }
  return trimmed({ units: guess, scale })
}

function bounded(value: Decimal): Decimal {
  if (String(value.units).length > MAX_DIGITS || value.scale > MAX_DIGITS)
    throw refused('The number is too long')
  return trimmed(value)
}

function trimmed({ units, scale }: Decimal): Decimal {
  let [rest, places] = [units, scale]
  while (places > 0 && rest % 10n === 0n) {
    rest /= 10n
    places--
  }
  return { units: rest, scale: places }
}

export function textOf(value: Decimal): string {
  const { units, scale } = trimmed(value)
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  return `${units < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`
}
