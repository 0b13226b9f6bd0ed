import { fail } from '../errors.ts'
import { buildText, spend } from '../limits.ts'
import type { Method } from '../natives.ts'
import { methodTable, objectArgument, optionalText, wholeNumber } from '../natives.ts'
import { kindOf } from '../values.ts'

const isLocale = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,6}$/

const OPTIONS = [
  'localeMatcher',
  'numberingSystem',
  'style',
  'currency',
  'currencyDisplay',
  'currencySign',
  'unit',
  'unitDisplay',
  'notation',
  'compactDisplay',
  'signDisplay',
  'useGrouping',
  'minimumIntegerDigits',
  'minimumFractionDigits',
  'maximumFractionDigits',
  'minimumSignificantDigits',
  'maximumSignificantDigits',
  'roundingIncrement',
  'roundingMode',
  'roundingPriority',
  'trailingZeroDisplay',
]

/**
 * Only options that the formatter knows: copying an object of any size, or formatting a list, would be work without a
 * price.
 */
function formatOptions(args: readonly unknown[], at: number): Intl.NumberFormatOptions {
  const given = args[1] === undefined ? {} : objectArgument('toLocaleString', args, 1, at)
  const options: Record<string, unknown> = {}
  for (const name of OPTIONS) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value === undefined) continue
    if (typeof value === 'object' || typeof value === 'function') {
      fail('expression.type', at, `toLocaleString was given ${kindOf(value)} for ${name}`, 'a text or number')
    }
    options[name] = value
  }
  return options
}

// Without a locale, it is American English everywhere: the result must not depend on where the code runs.
const localeText: Method<number> = (machine, self, args, at) => {
  const locale = optionalText('toLocaleString', args, 0, at) ?? 'en-US'
  const options = formatOptions(args, at)
  if (!isLocale.test(locale))
    fail('expression.type', at, 'toLocaleString was given no locale', 'such as "de-DE"')
  spend(machine, 1500, at)
  buildText(machine, 1000, at)
  try {
    return self.toLocaleString(locale, options)
  } catch {
    return fail(
      'expression.type',
      at,
      'toLocaleString was given options that do not fit together',
      'options of Intl.NumberFormat',
    )
  }
}

const toRadix: Method<number> = (machine, self, args, at) => {
  buildText(machine, 1100, at)
  return self.toString(args[0] === undefined ? 10 : wholeNumber('toString', args, 0, 2, 36, at))
}

const itself: Method<number> = (_machine, self) => self
const booleanItself: Method<boolean> = (_machine, self) => self
const booleanText: Method<boolean> = (_machine, self) => String(self)

export const numberMethods = methodTable<number>({
  toExponential: (_machine, self, args, at) =>
    args[0] === undefined
      ? self.toExponential()
      : self.toExponential(wholeNumber('toExponential', args, 0, 0, 100, at)),
  toFixed: (_machine, self, args, at) =>
    self.toFixed(args[0] === undefined ? 0 : wholeNumber('toFixed', args, 0, 0, 100, at)),
  toLocaleString: localeText,
  toPrecision: (_machine, self, args, at) =>
    args[0] === undefined ? String(self) : self.toPrecision(wholeNumber('toPrecision', args, 0, 1, 100, at)),
  toString: toRadix,
  valueOf: itself,
})

export const booleanMethods = methodTable<boolean>({
  toString: booleanText,
  valueOf: booleanItself,
})
