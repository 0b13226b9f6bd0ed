// Regular expressions of the language, on RE2: it never backtracks, so no pattern takes exponential time. Every look
// at a character is charged, because finding all matches may look at the same characters many times.
import { RE2JS } from 're2js'
import { toRe2 } from '../json-schema/pattern.ts'
import { patternSize } from '../json-schema/pattern-size.ts'
import { LIMITS } from '../json-schema/types.ts'
import { fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { spend } from './limits.ts'
import type { Regex, RegexRoom } from './regex-value.ts'

const { patternChars: MAX_CHARS, patternSize: MAX_SIZE } = LIMITS
const MAX_MADE = 50
/** Parsing a pattern is expensive: a few characters may mean hundreds of instructions. */
const READ_COST = 400
/** In addition to the characters that a search looks at. */
const SEARCH_COST = 32

/** Positions in the text: start and end of the match, then of each group, with -1 for a group that did not match. */
export type Match = readonly number[]

const FLAGS: Readonly<Record<string, number>> = {
  g: 0,
  u: 0,
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

export function compileLiteral(source: string, flags: string, room: RegexRoom, at: number): Regex {
  if (room.left <= 0) fail('expression.too_large', at, 'there are too many regular expressions')
  room.left -= 2 * source.length
  const regex = compileRegex(source, flags, at)
  room.left -= regex.size
  return regex
}

/** Parses a pattern. Errors are reported at `at`. */
export function compileRegex(source: string, flags: string, at: number): Regex {
  if (source.length > MAX_CHARS) {
    fail('expression.too_large', at, `a regular expression may have ${MAX_CHARS} characters`)
  }
  let options = 0
  for (const flag of flags) {
    const option = Object.hasOwn(FLAGS, flag) ? FLAGS[flag] : undefined
    if (option === undefined || flags.indexOf(flag) !== flags.lastIndexOf(flag)) {
      fail(
        'expression.syntax',
        at,
        `"${flags.slice(0, 20)}" are not flags of a regular expression`,
        'g, i, m, s or u',
      )
    }
    options |= option
  }
  const tooLarge = () =>
    fail('expression.too_large', at, 'the regular expression is too large', 'smaller repeat counts')
  if (patternSize(source) > 2 * MAX_SIZE) tooLarge()
  const compiled = readPattern(source, options, at)
  const size = compiled.programSize()
  if (size > MAX_SIZE) tooLarge()
  return {
    kind: 'regex',
    isGlobal: flags.includes('g'),
    names: compiled.namedGroups(),
    groups: compiled.groupCount(),
    cost: 1 + (size >> 3),
    size,
    program: compiled.re2(),
  }
}

function readPattern(source: string, options: number, at: number): RE2JS {
  try {
    return RE2JS.compile(toRe2(source, (options & RE2JS.DOTALL) !== 0), options)
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown reason'
    return fail(
      'expression.syntax',
      at,
      `the regular expression cannot be read: ${reason.slice(0, 200)}`,
      'RE2 syntax, without lookaround and back references',
    )
  }
}

/** A pattern that is only known at runtime. In one evaluation, each is parsed and charged once. */
export function makeRegex(machine: Machine, source: string, flags: string, at: number): Regex {
  const key = `${flags}/${source.slice(0, MAX_CHARS + 1)}`
  const known = machine.patterns?.get(key)
  if (known !== undefined) return known
  machine.patterns ??= new Map()
  if (machine.patterns.size >= MAX_MADE) {
    fail('expression.budget', at, `the expression makes more than ${MAX_MADE} regular expressions`)
  }
  spend(machine, 1_000 + Math.min(source.length, MAX_CHARS) * READ_COST, at)
  const regex = compileRegex(source, flags, at)
  spend(machine, regex.size * 8, at)
  machine.patterns.set(key, regex)
  return regex
}

/** A text that charges for each read. RE2 only reads characters in this way. */
class PaidText extends String {
  readonly #text: string
  readonly #machine: Machine
  readonly #cost: number
  readonly #at: number

  constructor(text: string, machine: Machine, cost: number, at: number) {
    super(text)
    this.#text = text
    this.#machine = machine
    this.#cost = cost
    this.#at = at
  }

  override charCodeAt(index: number): number {
    spend(this.#machine, this.#cost, this.#at)
    return this.#text.charCodeAt(index)
  }

  override indexOf(wanted: string, from = 0): number {
    const found = this.#text.indexOf(wanted, from)
    const end = found === -1 ? this.#text.length : found
    spend(this.#machine, 1 + ((end - from) >> 5), this.#at)
    return found
  }
}

/** Finds matches of a pattern in one text, from left to right. */
export function searcher(
  machine: Machine,
  regex: Regex,
  text: string,
  at: number,
): (from: number) => Match | null {
  // Flattens a text that was joined in pieces.
  spend(machine, text.length >> 6, at)
  const characters = new PaidText(text, machine, regex.cost, at)
  const input = { isUTF16Encoding: () => true, asCharSequence: () => characters }
  // RE2 clears a table for each search in a short text.
  const cost = SEARCH_COST + (Math.min(262_144, regex.size * text.length) >> 9)
  return (from) => {
    spend(machine, cost, at)
    const [isFound, places] = regex.program.matchMachineInput(
      input,
      from,
      text.length,
      0,
      regex.groups + 1,
    ) as [boolean, Match | null]
    return isFound ? places : null
  }
}

/** Where to continue after an empty match: behind the character at this position. */
export const behind = (text: string, at: number): number =>
  at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)

/** All matches, as with JavaScript's flag `g`, or the first. */
export function* matchesOf(machine: Machine, regex: Regex, text: string, at: number): Generator<Match> {
  const search = searcher(machine, regex, text, at)
  for (let from = 0; from <= text.length; ) {
    const match = search(from)
    if (match === null) return
    yield match
    if (!regex.isGlobal) return
    const [start, end] = match as [number, number]
    from = start === end ? behind(text, end) : end
  }
}
