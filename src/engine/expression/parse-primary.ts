import type { ArrayLiteral, Entry, Expression, ObjectLiteral, RegexCall, Spread, Text } from './ast.ts'
import { fail } from './errors.ts'
import type { Parser } from './parser-state.ts'
import {
  expectMark,
  heightOver,
  isMark,
  peek,
  refuseAssignment,
  refuseReserved,
  shown,
  take,
  takeMark,
  WORDS,
} from './parser-state.ts'
import { compileLiteral } from './regex.ts'
import type { Token } from './tokens.ts'

/** A literal, a name, a list, an object, a template literal or something in parentheses. */
export function parsePrimary(parser: Parser): Expression {
  const token = peek(parser)
  parser.size++
  if (token.kind === 'number') return literal(take(parser), numberOf(token.value))
  if (token.kind === 'string') return literal(take(parser), token.value)
  if (token.kind === 'name') return parseName(parser, take(parser))
  if (isMark(parser, '[')) return parseArray(parser)
  if (isMark(parser, '{')) return parseObject(parser)
  if (isMark(parser, '`')) return parseText(parser)
  if (token.kind === 'regex') return regexLiteral(parser, take(parser))
  if (!takeMark(parser, '(')) {
    refuseAssignment(token)
    fail('expression.syntax', token.at, `found ${shown(token)} where a value should be`, 'a value')
  }
  const value = parser.parseValue(parser)
  if (isMark(parser, ',')) fail('expression.syntax', peek(parser).at, 'parentheses hold one value', ')')
  expectMark(parser, ')')
  parser.parenthesised.add(value)
  return value
}

/** A value or `...value`, as in lists and calls. */
export function parseItem(parser: Parser): Expression | Spread {
  const token = peek(parser)
  if (!takeMark(parser, '...')) return parser.parseValue(parser)
  const value = parser.parseValue(parser)
  return { type: 'spread', value, at: token.at, end: value.end, height: heightOver(token.at, value.height) }
}

const literal = (token: Token, value: unknown): Expression => ({
  type: 'literal',
  value,
  at: token.at,
  end: token.end,
  height: 1,
})

function regexLiteral(parser: Parser, token: Token): Expression {
  const end = token.value.lastIndexOf('/')
  const regex = compileLiteral(
    token.value.slice(1, end),
    token.value.slice(end + 1),
    parser.regexes,
    token.at,
  )
  return { type: 'regex', regex, at: token.at, end: token.end, height: 1 }
}

const numberOf = (text: string): number => Number(text.replaceAll('_', ''))

function parseName(parser: Parser, token: Token): Expression {
  const name = token.value
  if (WORDS.has(name)) return literal(token, WORDS.get(name))
  refuseReserved(token)
  if (name === 'regex' && isMark(parser, '(') && !parser.locals.some((one) => one.name === name)) {
    return regexCall(parser, token)
  }
  const place = { at: token.at, end: token.end, height: 1 }
  const local = parser.locals.findLast((candidate) => candidate.name === name)
  if (local !== undefined && parser.undecided.has(local.slot)) {
    fail('expression.syntax', token.at, `"${name}" cannot be used in its own default`)
  }
  return local === undefined
    ? { type: 'name', name, ...place }
    : { type: 'local', name, slot: local.slot, ...place }
}

/** `regex(text, flags)` is not a function: its result is only allowed in a few places, which `analyse` checks. */
function regexCall(parser: Parser, { at }: Token): RegexCall {
  expectMark(parser, '(')
  const source = parser.parseValue(parser)
  const flags = takeMark(parser, ',') && !isMark(parser, ')') ? parser.parseValue(parser) : undefined
  takeMark(parser, ',')
  const { end } = expectMark(parser, ')')
  parser.size++
  return { type: 'regexOf', source, flags, at, end, height: heightOver(at, source.height, flags?.height) }
}

function parseArray(parser: Parser): ArrayLiteral {
  const { at } = expectMark(parser, '[')
  const items: (Expression | Spread)[] = []
  while (!isMark(parser, ']')) {
    items.push(parseItem(parser))
    if (!takeMark(parser, ',')) break
  }
  const { end } = expectMark(parser, ']')
  return { type: 'array', items, at, end, height: heightOver(at, ...items.map((item) => item.height)) }
}

function parseObject(parser: Parser): ObjectLiteral {
  const { at } = expectMark(parser, '{')
  const entries: (Entry | Spread)[] = []
  let height = 0
  while (!isMark(parser, '}')) {
    if (isMark(parser, '...')) {
      const spread = parseItem(parser) as Spread
      height = Math.max(height, spread.height)
      entries.push(spread)
    } else {
      const entry = parseEntry(parser)
      height = Math.max(height, entry.value.height, typeof entry.key === 'string' ? 0 : entry.key.height)
      entries.push(entry)
    }
    if (!takeMark(parser, ',')) break
  }
  const { end } = expectMark(parser, '}')
  return { type: 'object', entries, at, end, height: heightOver(at, height) }
}

function parseEntry(parser: Parser): Entry {
  const token = take(parser)
  const keyAt = token.at
  parser.size++
  if (token.kind === 'mark' && token.value === '[') {
    const key = parser.parseValue(parser)
    expectMark(parser, ']')
    expectMark(parser, ':')
    return { key, keyAt, value: parser.parseValue(parser) }
  }
  if (token.kind === 'name' && (isMark(parser, ',') || isMark(parser, '}'))) {
    return { key: token.value, keyAt, value: parseName(parser, token) }
  }
  if (token.kind !== 'name' && token.kind !== 'string' && token.kind !== 'number') {
    fail(
      'expression.syntax',
      token.at,
      `found ${shown(token)} where a property should begin`,
      'a property name',
    )
  }
  if (isMark(parser, '(')) fail('expression.syntax', peek(parser).at, 'an object cannot have methods', ':')
  expectMark(parser, ':')
  const key = token.kind === 'number' ? String(numberOf(token.value)) : token.value
  return { key, keyAt, value: parser.parseValue(parser) }
}

function parseText(parser: Parser): Text {
  const { at } = expectMark(parser, '`')
  const texts = [take(parser).value]
  const values: Expression[] = []
  while (takeMark(parser, '${')) {
    values.push(parser.parseValue(parser))
    expectMark(parser, '}')
    texts.push(take(parser).value)
  }
  const { end } = expectMark(parser, '`')
  return {
    type: 'text',
    texts,
    values,
    at,
    end,
    height: heightOver(at, ...values.map((value) => value.height)),
  }
}
