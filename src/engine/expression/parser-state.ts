import type { Expression } from './ast.ts'
import { fail } from './errors.ts'
import { defaultLimits } from './limits.ts'
import type { RegexRoom } from './regex-value.ts'
import type { Token } from './tokens.ts'

/** The state that the parsing functions share. `size` counts the parts so far, `depth` the nesting of calls. */
export type Parser = {
  readonly tokens: readonly Token[]
  index: number
  depth: number
  size: number
  slots: number
  /** The parameters in scope, innermost last. */
  readonly locals: { readonly name: string; readonly slot: number }[]
  readonly regexes: RegexRoom
  /** Slots of parameters whose default is being parsed. */
  readonly undecided: Set<number>
  /** Where an arrow function is allowed: the index of the token that would begin it. */
  arrowAt: number
  readonly parenthesised: WeakSet<Expression>
  /** Parses a whole value. It is here because primaries contain values, and values begin with primaries. */
  readonly parseValue: (parser: Parser) => Expression
}

// JavaScript's reserved words. Those with a meaning here are handled before this check.
const RESERVED = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends finally for function if import instanceof let new return super switch this throw try var void while with yield'.split(
    ' ',
  ),
)
export const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
])

export function peek(parser: Parser): Token {
  return parser.tokens[parser.index]!
}

export function isMark(parser: Parser, value: string): boolean {
  const token = peek(parser)
  return token.kind === 'mark' && token.value === value
}

export function take(parser: Parser): Token {
  const token = peek(parser)
  if (token.kind !== 'end') parser.index++
  return token
}

export function takeMark(parser: Parser, value: string): boolean {
  if (!isMark(parser, value)) return false
  parser.index++
  return true
}

export function expectMark(parser: Parser, value: string): Token {
  const token = peek(parser)
  if (!takeMark(parser, value)) {
    refuseAssignment(token)
    fail('expression.syntax', token.at, `found ${shown(token)} where "${value}" should be`, value)
  }
  return token
}

export function shown(token: Token): string {
  if (token.kind === 'end') return 'the end of the expression'
  if (token.kind === 'string' || token.kind === 'text') return 'a text'
  return `"${token.value.slice(0, 40)}"`
}

/** Deep nesting must end in an error, never in a stack overflow: of the parser here, of the evaluation later. */
export function nest<T>(parser: Parser, parse: (parser: Parser) => T): T {
  parser.depth++
  checkHeight(parser.depth, peek(parser).at)
  const result = parse(parser)
  parser.depth--
  return result
}

/** The height of a tree over these children. Rejects a tree that is too high to walk. */
export function heightOver(at: number, ...children: (number | undefined)[]): number {
  let height = 0
  for (const child of children) if (child !== undefined && child > height) height = child
  checkHeight(height + 1, at)
  return height + 1
}

function checkHeight(height: number, at: number): void {
  if (height > defaultLimits.depth) {
    fail('expression.too_large', at, `the expression is nested more than ${defaultLimits.depth} levels deep`)
  }
}

/** `=` is only allowed in parameters. */
export function refuseAssignment(token: Token): void {
  if (token.kind !== 'mark' || token.value !== '=') return
  fail('expression.syntax', token.at, '"=" would change a value; compare with "==="', '===')
}

/** Rejects a name that cannot be read or declared because JavaScript gives it another meaning. */
export function refuseReserved(token: Token): void {
  if (!RESERVED.has(token.value)) return
  const hint =
    token.value === 'new'
      ? '; a date is made with date(…)'
      : token.value === 'function'
        ? '; write x => …'
        : ''
  fail('expression.syntax', token.at, `"${token.value}" is not part of the language${hint}`)
}
