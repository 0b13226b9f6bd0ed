import type { Pattern, PatternProperty } from './ast.ts'
import { fail } from './errors.ts'
import type { Parser } from './parser-state.ts'
import { expectMark, isMark, nest, refuseReserved, shown, take, takeMark, WORDS } from './parser-state.ts'
import type { Token } from './tokens.ts'

/** A parameter of an arrow function: a name, or an object or array that is taken apart. */
export function parsePattern(parser: Parser): Pattern {
  return nest(parser, (inner) => {
    if (isMark(inner, '{')) return parseObjectPattern(inner)
    if (isMark(inner, '[')) return parseArrayPattern(inner)
    return declare(inner, take(inner))
  })
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
    const pattern = takeMark(parser, ':') ? parsePattern(parser) : declare(parser, token)
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
    items.push(parsePattern(parser))
    if (!takeMark(parser, ',')) break
  }
  expectMark(parser, ']')
  return { type: 'array', items, rest, at }
}
