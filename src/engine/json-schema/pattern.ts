import { RE2JS } from 're2js'
import { err, ok, type Result } from '../../core/result.ts'
import { patternSize } from './pattern-size.ts'
import { LIMITS, type Pattern } from './types.ts'

// RE2 only knows the short names of categories.
const CATEGORIES: Readonly<Record<string, string>> = {
  Letter: 'L',
  Uppercase_Letter: 'Lu',
  Lowercase_Letter: 'Ll',
  Mark: 'M',
  Number: 'N',
  Decimal_Number: 'Nd',
  digit: 'Nd',
  Punctuation: 'P',
  punct: 'P',
  Symbol: 'S',
  Separator: 'Z',
  Space_Separator: 'Zs',
}

const NOT_A_LINE_END = '[^\\n\\r\\x{2028}\\x{2029}]'
const SPACES = '\\s\\x0B\\x{FEFF}\\p{Z}'

/** Patterns are written as in JavaScript. These few mean something else in RE2, or nothing. */
function translate(source: string, dotAll: boolean): string {
  let inClass = false
  return source.replace(
    /\\p\{([^{}]*)\}|\\[\s\S]|[[\].]/gi,
    (token: string, property: string | undefined) => {
      if (property !== undefined) {
        const name = property.replace(/^(?:gc|General_Category|sc|Script)=/, '')
        return `${token.slice(0, 2)}{${Object.hasOwn(CATEGORIES, name) ? CATEGORIES[name] : name}}`
      }
      if (token === '\\s') return inClass ? SPACES : `[${SPACES}]`
      if (token === '\\S' && !inClass) return `[^${SPACES}]`
      if (token === '.') return inClass || dotAll ? token : NOT_A_LINE_END
      if (token === '[') inClass = true
      else if (token === ']') inClass = false
      return token
    },
  )
}

/** The pattern as RE2 reads it, with its meaning in JavaScript. */
export const toRe2 = (source: string, dotAll = false): string =>
  translate(RE2JS.translateRegExp(source), dotAll)

/**
 * User patterns run on RE2, which never backtracks: the time grows with the text, whatever the pattern. Features that
 * RE2 lacks (lookaround, back references) are rejected when the schema is checked.
 */
export function compilePattern(
  source: string,
): Result<Pattern & { size: number }, { message: string; size: number }> {
  if (source.length > LIMITS.patternChars)
    return err({ message: `longer than ${LIMITS.patternChars} characters`, size: 0 })
  if (patternSize(source) > 2 * LIMITS.patternSize)
    return err({ message: 'too large; use smaller repeat counts', size: LIMITS.patternSize })
  try {
    const expression = RE2JS.compile(toRe2(source))
    const size = expression.programSize()
    if (size > LIMITS.patternSize) return err({ message: 'too large; use smaller repeat counts', size })
    return ok({ size, cost: 0.1 + size / 20, test: (text) => expression.test(text) })
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'not readable'
    return err({ message: `${reason} (lookaround and back references are not supported)`, size: 0 })
  }
}
