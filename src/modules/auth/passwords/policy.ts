// Rules for new passwords. Existing passwords are never checked again, because stricter rules must not lock people out.
import { AppError, type FieldError } from '../../../core/errors.ts'
import type { Pointer } from '../../../core/pointer.ts'
import { COMMON_PASSWORDS } from './common.ts'

export const MIN_PASSWORD_LENGTH = 8
export const MAX_PASSWORD_LENGTH = 128

type Rule = { code: string; message: string; broken: (password: string, email: string) => boolean }

const RULES: Rule[] = [
  {
    code: 'too_short',
    message: `Use at least ${MIN_PASSWORD_LENGTH} characters.`,
    broken: (password) => [...password].length < MIN_PASSWORD_LENGTH,
  },
  {
    code: 'too_long',
    message: `Use at most ${MAX_PASSWORD_LENGTH} characters.`,
    broken: (password) => [...password].length > MAX_PASSWORD_LENGTH,
  },
  { code: 'no_upper', message: 'Use an upper-case letter.', broken: (password) => !/\p{Lu}/u.test(password) },
  { code: 'no_lower', message: 'Use a lower-case letter.', broken: (password) => !/\p{Ll}/u.test(password) },
  { code: 'no_digit', message: 'Use a digit.', broken: (password) => !/\p{Nd}/u.test(password) },
  {
    code: 'no_special',
    message: 'Use a character that is neither a letter nor a digit.',
    broken: (password) => !/[^\p{L}\p{N}]/u.test(password),
  },
  {
    code: 'common',
    message: 'This is one of the most common passwords, or too similar to one.',
    broken: (password) => isCommon(password),
  },
  {
    code: 'repeated',
    message: 'Do not repeat the same few characters.',
    broken: (password) => isRepetition(password),
  },
  {
    code: 'season',
    message: 'Do not use a season or month with a year.',
    broken: (password) => isSeason(password),
  },
  {
    code: 'same_as_email',
    message: 'Do not use your email address.',
    broken: (password, email) => password.toLowerCase() === email,
  },
]

export function requireGoodPassword(password: string, email: string, path: Pointer): void {
  const errors: FieldError[] = RULES.filter((rule) => rule.broken(password, email)).map(
    ({ code, message }) => ({ path, code, message }),
  )
  if (errors.length > 0) {
    throw new AppError('auth.weak_password', {
      detail: errors.map((error) => error.message).join(' '),
      errors,
    })
  }
}

/**
 * Few passwords in the list have all four kinds of characters. So the usual changes that people make to meet that rule are
 * undone first: upper case, symbols around the word (`Password1!`) and symbols for letters (`P@ssw0rd`).
 */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase()
  const bare = lower.replace(/^[^a-z0-9@$]+|[^a-z0-9]+$/g, '')
  return [lower, bare, plainLetters(lower), plainLetters(bare)].some((form) => COMMON_PASSWORDS.has(form))
}

const LONGEST_UNIT = 4

/** Whether the letters and digits repeat a short unit (`Aa1!Aa1!`). The last repetition may be incomplete. */
function isRepetition(password: string): boolean {
  const core = password.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  for (let unit = 1; unit <= LONGEST_UNIT && unit * 2 <= core.length; unit++)
    if (core.slice(unit) === core.slice(0, -unit)) return true
  return false
}

const SEASONS =
  '(?:spring|summer|autumn|fall|winter|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const SIGNS = '[^a-z0-9]*'
const SEASON_AND_YEAR = new RegExp(
  `^${SIGNS}(?:${SEASONS}${SIGNS}(?:19|20)?\\d\\d|(?:19|20)?\\d\\d${SIGNS}${SEASONS})${SIGNS}$`,
)

/** Common where passwords must change every quarter: `Summer2024!`. */
const isSeason = (password: string): boolean => SEASON_AND_YEAR.test(password.toLowerCase())

const plainLetters = (text: string): string =>
  text.replaceAll('@', 'a').replaceAll('$', 's').replaceAll('0', 'o')
