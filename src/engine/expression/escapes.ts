import { fail } from './errors.ts'

const SIMPLE: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v' }
const NUMERIC = /x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\}/y

/** Reads the escape sequence whose backslash is at `at`, as JavaScript's strict mode does. */
export function readEscape(source: string, at: number): { value: string; end: number } {
  const char = source[at + 1]
  if (char === undefined) fail('expression.syntax', at, 'the string is not closed')
  if (char === 'x' || char === 'u') {
    NUMERIC.lastIndex = at + 1
    const found = NUMERIC.exec(source)
    const code = Number.parseInt(found?.[1] ?? found?.[2] ?? found?.[3] ?? '', 16)
    if (found === null || code > 0x10ffff) {
      fail('expression.syntax', at, `"\\${char}" is not a complete escape`, '\\xHH, \\uHHHH or \\u{H…}')
    }
    return { value: String.fromCodePoint(code), end: at + 1 + found[0].length }
  }
  if (char === '\r' && source[at + 2] === '\n') return { value: '', end: at + 3 }
  if (char === '\n' || char === '\r' || char === '\u2028' || char === '\u2029')
    return { value: '', end: at + 2 }
  if (/\d/.test(char)) {
    if (char !== '0' || /\d/.test(source[at + 2] ?? '')) {
      fail('expression.syntax', at, 'octal escapes are not part of the language', '\\xHH')
    }
    return { value: '\0', end: at + 2 }
  }
  const end = at + 1 + (source.codePointAt(at + 1)! > 0xffff ? 2 : 1)
  return { value: SIMPLE[char] ?? source.slice(at + 1, end), end }
}
