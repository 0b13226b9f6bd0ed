import { fail } from './errors.ts'
import { readEscape } from './escapes.ts'
import { defaultLimits } from './limits.ts'

export type Token = {
  readonly kind: 'number' | 'string' | 'name' | 'mark' | 'text' | 'regex' | 'end'
  /** The mark, name or regular expression itself. For strings and texts, their value without quotes and escapes. */
  readonly value: string
  readonly at: number
  readonly end: number
  /** For an opening bracket: the index of the token that closes it. */
  match: number
}

type Tokens = { readonly tokens: Token[]; readonly next: number }
type Opener = { readonly mark: string; readonly index: number; readonly at: number }
type Reader = { readonly source: string; at: number; readonly tokens: Token[]; readonly open: Opener[] }

const MARKS =
  /=>|\.\.\.|=(?!=)|===|!==|\*\*(?!=)|\?\?(?!=)|\?\.(?!\d)|==|!=|<=|>=|&&(?!=)|\|\|(?!=)|[()[\]{}.,?:+\-*/%<>!`]/y
const PLAIN_NAME = /[A-Za-z_$][\w$]*/y
const NAME = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy
const NUMBER =
  /0[xX][\da-fA-F]+(?:_[\da-fA-F]+)*|0[oO][0-7]+(?:_[0-7]+)*|0[bB][01]+(?:_[01]+)*|(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?/y
const REFUSED = /\+\+|--|\+=|-=|\*\*?=|\/=|%=|&&=|\|\|=|\?\?=|<<=?|>>>?=?|\/\/|\/\*|[;&|^~=@#\\]/y
const FLAGS = /[A-Za-z]+/y
const VALUE_ENDS = new Set([')', ']', '}', '`'])
const CLOSERS: Record<string, string> = { '(': ')', '[': ']', '{': '}', '${': '}' }

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}

/**
 * Reads the tokens of one expression that begins at `start`, right after its `{{`, up to the `}}` that closes it.
 * Brackets are matched here, so a `}}` inside an object or a string does not end the expression.
 */
export function readTokens(source: string, start: number, room: number): Tokens {
  const reader: Reader = { source, at: start, tokens: [], open: [] }
  for (;;) {
    if (reader.at - start > room) {
      fail(
        'expression.too_large',
        start,
        `expressions may have ${defaultLimits.sourceChars} characters per text`,
      )
    }
    if (reader.open.at(-1)?.mark === '`') readText(reader)
    else if (!readToken(reader, start)) return { tokens: reader.tokens, next: reader.at }
  }
}

function push(reader: Reader, kind: Token['kind'], value: string, end: number): void {
  reader.tokens.push({ kind, value, at: reader.at, end, match: -1 })
  reader.at = end
}

// Nearly all names are plain, and the pattern for the others takes far longer.
function nameAt(source: string, at: number): string | undefined {
  const plain = match(PLAIN_NAME, source, at)
  const next = source.charCodeAt(at + (plain?.length ?? 0))
  return next > 127 ? match(NAME, source, at) : plain
}

function readToken(reader: Reader, start: number): boolean {
  const { source, at } = reader
  const char = source[at]
  if (char === undefined) return unclosed(reader, start)
  const code = source.charCodeAt(at)
  if ((code <= 32 || code > 127) && /\s/.test(char)) {
    reader.at++
    return true
  }
  if (char === '"' || char === "'") {
    readString(reader, char)
    return true
  }
  const name = nameAt(source, at)
  if (name !== undefined) {
    push(reader, 'name', name, at + name.length)
    return true
  }
  const mayBeNumber = (code >= 48 && code <= 57) || code === 46
  const number = mayBeNumber ? match(NUMBER, source, at) : undefined
  if (number !== undefined) {
    readNumber(reader, number)
    return true
  }
  if (char === '/' && mayBeRegex(reader)) {
    readRegex(reader)
    return true
  }
  const refused = match(REFUSED, source, at)
  const mark = match(MARKS, source, at)
  if (mark === undefined || (refused !== undefined && refused.length > mark.length)) refuse(reader, refused)
  return readMark(reader, mark)
}

/** A slash after a value divides. Anywhere else, it begins a regular expression. */
function mayBeRegex({ tokens, source, at }: Reader): boolean {
  const next = source[at + 1]
  if (next === '/' || next === '*') return false
  const last = tokens.at(-1)
  if (last === undefined) return true
  if (last.kind === 'mark') return !VALUE_ENDS.has(last.value)
  const before = tokens.at(-2)
  const isProperty = before?.kind === 'mark' && (before.value === '.' || before.value === '?.')
  return last.kind === 'name' && !isProperty && (last.value === 'typeof' || last.value === 'in')
}

function readRegex(reader: Reader): void {
  const { source, at } = reader
  let isClass = false
  for (let i = at + 1; i < source.length; i++) {
    const char = source[i]!
    if (char === '\n' || char === '\r') break
    if (char === '\\') i++
    else if (char === '[') isClass = true
    else if (char === ']') isClass = false
    else if (char === '/' && !isClass) {
      const flags = match(FLAGS, source, i + 1) ?? ''
      push(reader, 'regex', source.slice(at, i + 1) + flags, i + 1 + flags.length)
      return
    }
  }
  fail('expression.syntax', at, 'the regular expression is not closed on its line', '/')
}

function readMark(reader: Reader, mark: string): boolean {
  const { open, source, at, tokens } = reader
  if (mark === '(' || mark === '[' || mark === '{' || mark === '`') {
    open.push({ mark, index: tokens.length, at })
  } else if (mark === ')' || mark === ']' || mark === '}') {
    const opener = open.pop()
    if (opener === undefined && mark === '}') {
      if (source[at + 1] !== '}') fail('expression.syntax', at, 'a single "}" does not close "{{"', '}}')
      push(reader, 'end', '}}', at + 2)
      return false
    }
    if (opener === undefined) fail('expression.syntax', at, `"${mark}" has no matching opening mark`)
    const expected = CLOSERS[opener.mark]!
    if (expected !== mark) {
      fail('expression.syntax', at, `"${opener.mark}" at column ${opener.at + 1} is not closed`, expected)
    }
    tokens[opener.index]!.match = tokens.length
  }
  push(reader, 'mark', mark, at + mark.length)
  return true
}

function unclosed(reader: Reader, start: number): never {
  const opener = reader.open.at(-1)
  if (opener === undefined) {
    fail('expression.syntax', reader.at, `"{{" at column ${start - 1} is not closed`, '}}')
  }
  const expected = CLOSERS[opener.mark] ?? opener.mark
  fail('expression.syntax', reader.at, `"${opener.mark}" at column ${opener.at + 1} is not closed`, expected)
}

function refuse(reader: Reader, mark: string | undefined): never {
  const char = String.fromCodePoint(reader.source.codePointAt(reader.at) ?? 32)
  if (mark === undefined) fail('expression.syntax', reader.at, `"${char}" has no meaning here`)
  if (mark === '//' || mark === '/*') {
    fail('expression.syntax', reader.at, 'comments are not part of the language')
  }
  if (mark === ';') fail('expression.syntax', reader.at, 'an expression is one value, without ";"', '}}')
  if (mark === '&' || mark === '|') {
    fail('expression.syntax', reader.at, `"${mark}" is not an operator here`, mark + mark)
  }
  const assigns = mark === '++' || mark === '--' || mark.endsWith('=')
  if (assigns)
    fail('expression.syntax', reader.at, `"${mark}" would change a value; compare with "==="`, '===')
  fail('expression.syntax', reader.at, `"${mark}" is not part of the language`)
}

function readNumber(reader: Reader, text: string): void {
  const end = reader.at + text.length
  const next = nameAt(reader.source, end)
  if (next !== undefined || /^0[\d_]/.test(text) || match(/[\d_]/y, reader.source, end) !== undefined) {
    fail('expression.syntax', reader.at, `"${text}${(next ?? '').slice(0, 20)}" is not a number`, 'a number')
  }
  push(reader, 'number', text, end)
}

function readString(reader: Reader, quote: string): void {
  const { source, at } = reader
  let value = ''
  let from = at + 1
  for (let i = from; i < source.length; i++) {
    const char = source[i]!
    if (char === quote) {
      push(reader, 'string', value + source.slice(from, i), i + 1)
      return
    }
    if (char === '\n' || char === '\r') break
    if (char !== '\\') continue
    const escaped = readEscape(source, i)
    value += source.slice(from, i) + escaped.value
    from = escaped.end
    i = escaped.end - 1
  }
  fail('expression.syntax', at, 'the string is not closed on its line', quote)
}

/** The text of a template literal, up to its next `${` or its end. */
function readText(reader: Reader): void {
  const { source, at, open } = reader
  let value = ''
  let from = at
  for (let i = at; i < source.length; i++) {
    const char = source[i]!
    if (char === '`') {
      push(reader, 'text', value + source.slice(from, i), i)
      open.pop()
      push(reader, 'mark', '`', i + 1)
      return
    }
    if (char === '$' && source[i + 1] === '{') {
      push(reader, 'text', value + source.slice(from, i), i)
      open.push({ mark: '${', index: reader.tokens.length, at: i })
      push(reader, 'mark', '${', i + 2)
      return
    }
    if (char !== '\\') continue
    const escaped = readEscape(source, i)
    value += source.slice(from, i) + escaped.value
    from = escaped.end
    i = escaped.end - 1
  }
  fail('expression.syntax', open.at(-1)?.at ?? at, 'the template literal is not closed', '`')
}
