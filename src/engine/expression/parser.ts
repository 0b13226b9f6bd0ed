import type { Arrow, BinaryOperator, Call, Expression, LogicOperator, Spread, UnaryOperator } from './ast.ts'
import { fail } from './errors.ts'
import { defaultsIn, parseParameter, parsePattern } from './parse-pattern.ts'
import { parseItem, parsePrimary } from './parse-primary.ts'
import type { Parser } from './parser-state.ts'
import {
  expectMark,
  heightOver,
  isMark,
  nest,
  peek,
  refuseAssignment,
  shown,
  take,
  takeMark,
} from './parser-state.ts'
import type { RegexRoom } from './regex-value.ts'
import { readTokens } from './tokens.ts'

export type Parsed = { readonly tree: Expression; readonly size: number; readonly next: number }

// The precedence of operators. Precedence climbing: the right side only takes operators that bind tighter.
const POWER: ReadonlyMap<string, number> = new Map(
  [
    ['??', '||'],
    ['&&'],
    ['==', '!=', '===', '!=='],
    ['<', '<=', '>', '>=', 'in'],
    ['+', '-'],
    ['*', '/', '%'],
    ['**'],
  ].flatMap((operators, power) => operators.map((operator): [string, number] => [operator, power + 1])),
)
const POWER_OF_POWER = 7

/** Parses the expression that begins at `start` and ends with the `}}` before `next`. */
export function parseExpression(source: string, start: number, room: number, regexes: RegexRoom): Parsed {
  const { tokens, next } = readTokens(source, start, room)
  const parser: Parser = {
    tokens,
    index: 0,
    depth: 0,
    size: 0,
    slots: 0,
    locals: [],
    regexes,
    undecided: new Set(),
    arrowAt: -1,
    parenthesised: new WeakSet(),
    parseValue,
  }
  const tree = parseValue(parser)
  const rest = peek(parser)
  if (rest.kind !== 'end') {
    refuseAssignment(rest)
    fail(
      'expression.syntax',
      rest.at,
      `${shown(rest)} follows the end of the expression`,
      'an operator or }}',
    )
  }
  return { tree, size: parser.size, next }
}

function parseValue(parser: Parser): Expression {
  return nest(parser, parseChoice)
}

function parseChoice(parser: Parser): Expression {
  if (isArrow(parser)) return parseArrow(parser)
  const test = parseBinary(parser, 1)
  if (!takeMark(parser, '?')) return test
  const yes = parseValue(parser)
  expectMark(parser, ':')
  const no = parseValue(parser)
  parser.size++
  const height = heightOver(test.at, test.height, yes.height, no.height)
  return { type: 'choice', test, yes, no, at: test.at, end: no.end, height }
}

function parseBinary(parser: Parser, least: number): Expression {
  let left = parseUnary(parser)
  for (;;) {
    const token = peek(parser)
    const operator = token.value
    const isOperator = token.kind === 'mark' || (token.kind === 'name' && operator === 'in')
    const power = isOperator ? POWER.get(operator) : undefined
    if (power === undefined || power < least) return left
    take(parser)
    if (operator === '**' && left.type === 'unary' && !parser.parenthesised.has(left)) {
      fail('expression.syntax', token.at, 'put the left side of "**" in parentheses', '(')
    }
    // "**" groups to the right, all others to the left.
    const right =
      power === POWER_OF_POWER
        ? nest(parser, (inner) => parseBinary(inner, power))
        : nest(parser, (inner) => parseBinary(inner, power + 1))
    refuseMixed(parser, operator, left, token.at)
    refuseMixed(parser, operator, right, token.at)
    parser.size++
    const place = { at: left.at, end: right.end, height: heightOver(token.at, left.height, right.height) }
    left = isLogic(operator)
      ? { type: 'logic', operator, left, right, ...place }
      : { type: 'binary', operator: operator as BinaryOperator, operatorAt: token.at, left, right, ...place }
  }
}

const isLogic = (operator: string): operator is LogicOperator =>
  operator === '&&' || operator === '||' || operator === '??'

// An error as in JavaScript, because few people know which of "??" and "||" binds tighter.
function refuseMixed(parser: Parser, operator: string, side: Expression, at: number): void {
  if (side.type !== 'logic' || !isLogic(operator) || parser.parenthesised.has(side)) return
  if ((operator === '??') !== (side.operator === '??')) {
    fail('expression.syntax', at, `put "${side.operator}" in parentheses to mix it with "${operator}"`, '(')
  }
}

function parseUnary(parser: Parser): Expression {
  const token = peek(parser)
  const isOperator =
    (token.kind === 'mark' && (token.value === '-' || token.value === '+' || token.value === '!')) ||
    (token.kind === 'name' && token.value === 'typeof')
  if (!isOperator) return parsePostfix(parser)
  take(parser)
  const value = nest(parser, parseUnary)
  parser.size++
  const height = heightOver(token.at, value.height)
  return {
    type: 'unary',
    operator: token.value as UnaryOperator,
    value,
    at: token.at,
    end: value.end,
    height,
  }
}

function parsePostfix(parser: Parser): Expression {
  let object = parsePrimary(parser)
  let optionalChain = false
  for (;;) {
    const token = peek(parser)
    if (token.kind !== 'mark') break
    if (token.value === '(') {
      object = parseCall(parser, object)
    } else if (token.value === '.' || token.value === '[') {
      object = parseMember(parser, object, false)
    } else if (token.value === '?.') {
      optionalChain = true
      object = parseMember(parser, object, true)
    } else if (token.value === '`') {
      fail('expression.syntax', token.at, 'tagged template literals are not supported')
    } else break
  }
  if (!optionalChain) return object
  return {
    type: 'chain',
    value: object,
    at: object.at,
    end: object.end,
    height: heightOver(object.at, object.height),
  }
}

function parseMember(parser: Parser, object: Expression, optional: boolean): Expression {
  const mark = take(parser)
  parser.size++
  if (mark.value === '[' || (optional && isMark(parser, '['))) {
    if (optional) take(parser)
    const keyAt = peek(parser).at
    const key = parseValue(parser)
    const { end } = expectMark(parser, ']')
    const height = heightOver(keyAt, object.height, key.height)
    const fixed = key.type === 'literal' && typeof key.value === 'string' ? key.value : key
    return { type: 'member', object, key: fixed, keyAt, optional, at: object.at, end, height }
  }
  const name = take(parser)
  if (name.kind !== 'name') {
    fail('expression.syntax', name.at, `found ${shown(name)} after "${mark.value}"`, 'a property name')
  }
  const height = heightOver(name.at, object.height)
  return {
    type: 'member',
    object,
    key: name.value,
    keyAt: name.at,
    optional,
    at: object.at,
    end: name.end,
    height,
  }
}

function parseCall(parser: Parser, callee: Expression): Call {
  take(parser)
  parser.size++
  const items: (Expression | Spread)[] = []
  while (!isMark(parser, ')')) {
    parser.arrowAt = parser.index
    items.push(parseItem(parser))
    if (!takeMark(parser, ',')) break
  }
  const { end } = expectMark(parser, ')')
  const height = heightOver(callee.at, callee.height, ...items.map((item) => item.height))
  return { type: 'call', callee, items, at: callee.at, end, height }
}

function isArrow(parser: Parser): boolean {
  const token = peek(parser)
  const after =
    token.kind === 'name'
      ? parser.index + 1
      : token.kind === 'mark' && token.value === '('
        ? token.match + 1
        : Number.NaN
  const arrow = parser.tokens[after]
  return arrow?.kind === 'mark' && arrow.value === '=>'
}

function parseArrow(parser: Parser): Arrow {
  const start = peek(parser)
  if (parser.arrowAt !== parser.index) {
    fail(
      'expression.forbidden',
      start.at,
      'a function is only allowed as an argument, as in list.map(x => x.id)',
    )
  }
  const outerLocals = parser.locals.length
  const parameters = []
  let rest: Arrow['rest']
  if (takeMark(parser, '(')) {
    while (!isMark(parser, ')')) {
      if (takeMark(parser, '...')) {
        rest = parsePattern(parser)
        break
      }
      parameters.push(parseParameter(parser))
      if (!takeMark(parser, ',')) break
    }
    expectMark(parser, ')')
  } else {
    parameters.push(parsePattern(parser))
  }
  expectMark(parser, '=>')
  if (isMark(parser, '{')) {
    fail(
      'expression.syntax',
      peek(parser).at,
      'a function is one expression; put an object in parentheses',
      '(',
    )
  }
  const sizeBefore = parser.size
  const body = parseValue(parser)
  parser.locals.length = outerLocals
  parser.size++
  const defaults = parameters.map(defaultsIn)
  const size = parser.size - sizeBefore + defaults.reduce((sum, one) => sum + one.size, 0)
  const height = heightOver(start.at, body.height, ...defaults.map((one) => one.height))
  return { type: 'arrow', parameters, rest, body, size, at: start.at, end: body.end, height }
}
