import { fail } from '../errors.ts'
import type { Machine } from '../limits.ts'
import { build, buildSlots, buildText, scanText, spend } from '../limits.ts'
import type { Method } from '../natives.ts'
import { methodTable, numberArgument, optionalNumber, optionalText, textArgument } from '../natives.ts'
import { isRegex } from '../regex-value.ts'
import { payMarks } from './marks.ts'
import { match, replaceMatches, splitByRegex } from './regex.ts'

type TextMethod = Method<string>

// Searching is only linear for short patterns. A long one may be compared completely at every position.
function paySearch(machine: Machine, text: string, pattern: string, at: number): void {
  if (pattern.length > text.length) return
  spend(machine, (text.length >> 5) * Math.max(1, pattern.length >> 1), at)
}

function count(text: string, pattern: string, most: number): number {
  let found = 0
  for (let from = text.indexOf(pattern); from !== -1 && found < most; found++) {
    from = text.indexOf(pattern, from + pattern.length)
  }
  return found
}

// Reading a character of a text that was joined in pieces first flattens the text.
const payRead = (machine: Machine, self: string, at: number) => spend(machine, self.length >> 7, at)

const characterAt =
  (name: string, apply: (self: string, index: number) => unknown): TextMethod =>
  (machine, self, args, at) => {
    payRead(machine, self, at)
    return apply(self, optionalNumber(name, args, 0, at) ?? 0)
  }

const cut =
  (
    apply: (self: string, from: number | undefined, to: number | undefined) => string,
    name: string,
  ): TextMethod =>
  (machine, self, args, at) => {
    payRead(machine, self, at)
    const result = apply(self, optionalNumber(name, args, 0, at), optionalNumber(name, args, 1, at))
    // A slice shares the text that it comes from, so charging afterwards still limits what is built.
    buildText(machine, result.length, at)
    return result
  }

const change =
  (apply: (self: string) => string, growth: number): TextMethod =>
  (machine, self, _args, at) => {
    buildText(machine, self.length * growth, at)
    const result = apply(self)
    build(machine, result.length - self.length * growth, at)
    return result
  }

const search =
  (name: string, apply: (self: string, pattern: string, from?: number) => unknown): TextMethod =>
  (machine, self, args, at) => {
    const pattern = textArgument(name, args, 0, at)
    paySearch(machine, self, pattern, at)
    const from = optionalNumber(name, args, 1, at)
    return from === undefined ? apply(self, pattern) : apply(self, pattern, from)
  }

const pad =
  (name: string, apply: (self: string, length: number, fill?: string) => string): TextMethod =>
  (machine, self, args, at) => {
    const length = numberArgument(name, args, 0, at)
    const fill = optionalText(name, args, 1, at)
    if (!(length > self.length) || fill === '') return self
    buildText(machine, length, at)
    return apply(self, length, fill)
  }

// For a plain text, the replacement is used as it is: "$&" and so on have no meaning, so amounts of money stay
// correct.
const replace =
  (name: string, most: number): TextMethod =>
  (machine, self, args, at) => {
    const [given] = args
    if (isRegex(given)) {
      if (most > 1 && !given.isGlobal) {
        fail('expression.type', at, `${name} was given a regular expression without the flag g`, 'the flag g')
      }
      return replaceMatches(machine, self, given, textArgument(name, args, 1, at), at)
    }
    const pattern = textArgument(name, args, 0, at)
    const replacement = textArgument(name, args, 1, at)
    paySearch(machine, self, pattern, at)
    const places = pattern === '' ? Math.min(most, self.length + 1) : count(self, pattern, most)
    buildText(machine, self.length + places * Math.max(0, replacement.length - pattern.length), at)
    spend(machine, places, at)
    return most === 1 ? self.replace(pattern, () => replacement) : self.replaceAll(pattern, () => replacement)
  }

function split(machine: Machine, self: string, args: readonly unknown[], at: number): unknown[] {
  if (isRegex(args[0])) return splitByRegex(machine, self, args[0], args, at)
  const limit = optionalNumber('split', args, 1, at)
  const most = limit === undefined ? Number.POSITIVE_INFINITY : limit >>> 0
  if (args[0] === undefined) {
    buildSlots(machine, 1, at)
    return [self]
  }
  const separator = textArgument('split', args, 0, at)
  paySearch(machine, self, separator, at)
  const pieces = separator === '' ? Math.min(self.length, most) : count(self, separator, most) + 1
  buildSlots(machine, pieces, at)
  spend(machine, pieces, at)
  buildText(machine, self.length, at)
  return self.split(separator, limit)
}

const FORMS = new Set(['NFC', 'NFD', 'NFKC', 'NFKD'])

function normalize(machine: Machine, self: string, args: readonly unknown[], at: number): string {
  const form = optionalText('normalize', args, 0, at) ?? 'NFC'
  if (!FORMS.has(form))
    fail('expression.type', at, 'normalize was given an unknown form', [...FORMS].join(', '))
  spend(machine, self.length, at)
  payMarks(machine, self, at)
  // One character becomes at most eighteen.
  buildText(machine, self.length * 18, at)
  const result = self.normalize(form)
  build(machine, result.length - self.length * 18, at)
  return result
}

const itself: TextMethod = (_machine, self) => self

export const textMethods = methodTable<string>({
  at: characterAt('at', (self, index) => self.at(index)),
  charAt: characterAt('charAt', (self, index) => self.charAt(index)),
  charCodeAt: characterAt('charCodeAt', (self, index) => self.charCodeAt(index)),
  codePointAt: characterAt('codePointAt', (self, index) => self.codePointAt(index)),
  concat: (machine, self, args, at) => {
    const pieces = args.map((_, index) => textArgument('concat', args, index, at))
    let length = self.length
    for (const piece of pieces) length += piece.length
    buildText(machine, length, at)
    return self + pieces.join('')
  },
  endsWith: search('endsWith', (self, pattern, from) => self.endsWith(pattern, from)),
  includes: search('includes', (self, pattern, from) => self.includes(pattern, from)),
  indexOf: search('indexOf', (self, pattern, from) => self.indexOf(pattern, from)),
  lastIndexOf: search('lastIndexOf', (self, pattern, from) =>
    from === undefined ? self.lastIndexOf(pattern) : self.lastIndexOf(pattern, from),
  ),
  localeCompare: (machine, self, args, at) => {
    const other = textArgument('localeCompare', args, 0, at)
    spend(machine, (self.length + other.length) >> 2, at)
    payMarks(machine, self, at)
    payMarks(machine, other, at)
    return self.localeCompare(other, 'en')
  },
  match,
  normalize,
  padEnd: pad('padEnd', (self, length, fill) => self.padEnd(length, fill)),
  padStart: pad('padStart', (self, length, fill) => self.padStart(length, fill)),
  repeat: (machine, self, args, at) => {
    const times = Math.trunc(numberArgument('repeat', args, 0, at))
    if (!(times >= 0)) fail('expression.type', at, `repeat was given ${String(args[0])}`, 'a number from 0')
    if (self === '' || times === 0) return ''
    buildText(machine, self.length * times, at)
    return self.repeat(times)
  },
  replace: replace('replace', 1),
  replaceAll: replace('replaceAll', Number.POSITIVE_INFINITY),
  slice: cut((self, from, to) => self.slice(from, to), 'slice'),
  split,
  startsWith: search('startsWith', (self, pattern, from) => self.startsWith(pattern, from)),
  substring: cut((self, from, to) => self.substring(from ?? 0, to), 'substring'),
  toLowerCase: change((self) => self.toLowerCase(), 3),
  toString: itself,
  toUpperCase: change((self) => self.toUpperCase(), 3),
  trim: (machine, self, _args, at) => {
    scanText(machine, self.length, at)
    return self.trim()
  },
  trimEnd: (machine, self, _args, at) => {
    scanText(machine, self.length, at)
    return self.trimEnd()
  },
  trimStart: (machine, self, _args, at) => {
    scanText(machine, self.length, at)
    return self.trimStart()
  },
  valueOf: itself,
})
