import type { Pattern, PatternProperty } from './ast.ts'
import { fail } from './errors.ts'
import type { Parser } from './parser-state.ts'
import {
  expectMark,
  isMark,
  nest,
  peek,
  refuseReserved,
  shown,
  take,
  takeMark,
  WORDS,
} from './parser-state.ts'
import type { Token } from './tokens.ts'

/** A parameter of an arrow function: a name, or a destructured object or array. */
export function parsePattern(parser: Parser): Pattern {
  return nest(parser, (inner) => {
    if (isMark(inner, '{')) return parseObjectPattern(inner)
    if (isMark(inner, '[')) return parseArrayPattern(inner)
    return declare(inner, take(inner))
  })
}

/** A pattern with an optional default: `x = 1`, `{ id = 1 } = {}`. */
export function parseParameter(parser: Parser): Pattern {
  const from = parser.locals.length
  return withDefault(parser, from, parsePattern(parser))
}

function withDefault(parser: Parser, from: number, pattern: Pattern): Pattern {
  const { at } = peek(parser)
  if (!takeMark(parser, '=')) return pattern
  // As in JavaScript, the names of the pattern have no value yet.
  const slots = parser.locals.slice(from).map(({ slot }) => slot)
  for (const slot of slots) parser.undecided.add(slot)
  const before = parser.size
  const value = parser.parseValue(parser)
  for (const slot of slots) parser.undecided.delete(slot)
  return { type: 'default', pattern, value, size: parser.size - before, at }
}

/** What the defaults in a pattern add to the function: parts to evaluate, and height of the tree. */
export function defaultsIn(pattern: Pattern): { size: number; height: number } {
  const inner =
    pattern.type === 'default'
      ? [pattern.pattern]
      : pattern.type === 'array'
        ? pattern.items
        : pattern.type === 'object'
          ? pattern.properties.map((property) => property.pattern)
          : []
  const all = inner.map(defaultsIn)
  if (pattern.type === 'default') all.push({ size: pattern.size, height: pattern.value.height })
  return {
    size: all.reduce((sum, one) => sum + one.size, 0),
    height: all.reduce((most, one) => Math.max(most, one.height), 0),
  }
}

function declare(parser: Parser, token: Token): Pattern {
  if (token.kind !== 'name') fail('expression.syntax', token.at, `found ${shown(token)}`, 'a parameter name')
  refuseReserved(token)
  if (WORDS.has(token.value) || token.value === 'typeof' || token.value === 'in') {
    fail('expression.syntax', token.at, `"${token.value}" cannot name a parameter`, 'a parameter name')
  }
  const slot = parser.slots++
  parser.size++
  parser.locals.push({ name: token.value, slot })
  return { type: 'slot', slot, at: token.at }
}

function parseObjectPattern(parser: Parser): Pattern {
  const { at } = expectMark(parser, '{')
  const properties: PatternProperty[] = []
  let rest: Pattern | undefined
  while (!isMark(parser, '}')) {
    if (takeMark(parser, '...')) {
      rest = declare(parser, take(parser))
      break
    }
    const token = take(parser)
    if (token.kind !== 'name' && token.kind !== 'string') {
      fail('expression.syntax', token.at, `found ${shown(token)}`, 'a property name')
    }
    const from = parser.locals.length
    const named = takeMark(parser, ':') ? parsePattern(parser) : declare(parser, token)
    const pattern = withDefault(parser, from, named)
    properties.push({ key: token.value, keyAt: token.at, pattern })
    if (!takeMark(parser, ',')) break
  }
  expectMark(parser, '}')
  return { type: 'object', properties, rest, at }
}

function parseArrayPattern(parser: Parser): Pattern {
  const { at } = expectMark(parser, '[')
  const items: Pattern[] = []
  let rest: Pattern | undefined
  while (!isMark(parser, ']')) {
    if (takeMark(parser, '...')) {
      rest = declare(parser, take(parser))
      break
    }
    items.push(parseParameter(parser))
    if (!takeMark(parser, ',')) break
  }
  expectMark(parser, ']')
  return { type: 'array', items, rest, at }
}
