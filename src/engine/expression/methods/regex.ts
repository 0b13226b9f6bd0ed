// The text methods that take regular expressions, and `test` of a regular expression. They behave as in JavaScript
// with the flag `u`.
import { isForbiddenKey } from '../../../core/json.ts'
import type { Machine } from '../limits.ts'
import { build, buildSlots, buildText, spend } from '../limits.ts'
import type { Method } from '../natives.ts'
import { methodTable, optionalNumber, textArgument } from '../natives.ts'
import { behind, type Match, makeRegex, matchesOf, searcher } from '../regex.ts'
import { isRegex, type Regex } from '../regex-value.ts'

export const regexMethods = methodTable<Regex>({
  test: (machine, self, args, at) => {
    const text = textArgument('test', args, 0, at)
    return searcher(machine, self, text, at)(0) !== null
  },
})

function part(machine: Machine, text: string, match: Match, group: number, at: number): string | undefined {
  const start = match[2 * group] ?? -1
  if (start < 0) return undefined
  const end = match[2 * group + 1]!
  buildText(machine, end - start, at)
  return text.slice(start, end)
}

/**
 * With the flag `g`, the list of all matches. Otherwise, the match and its groups, with the properties `index` and
 * `groups`.
 */
export const match: Method<string> = (machine, self, args, at) => {
  const [given] = args
  const regex = isRegex(given) ? given : makeRegex(machine, textArgument('match', args, 0, at), '', at)
  const found: (string | undefined)[] = []
  for (const places of matchesOf(machine, regex, self, at)) {
    buildSlots(machine, 1 + regex.groups, at)
    if (regex.isGlobal) {
      found.push(part(machine, self, places, 0, at))
      continue
    }
    const groups: Record<string, string | undefined> = {}
    for (let group = 0; group <= regex.groups; group++) found.push(part(machine, self, places, group, at))
    for (const [name, group] of Object.entries(regex.names))
      if (!isForbiddenKey(name)) groups[name] = found[group]
    // As in JavaScript, they are not items, so copies and JSON do not contain them.
    Object.defineProperty(found, 'index', { value: places[0] })
    const hasNames = Object.keys(groups).length > 0
    Object.defineProperty(found, 'groups', { value: hasNames ? groups : undefined })
  }
  return found.length === 0 ? null : found
}

type Piece = string | ((match: Match, text: string) => readonly [from: number, to: number])

const groupOf =
  (group: number): Piece =>
  (match) => [match[2 * group] ?? -1, match[2 * group + 1] ?? -1]

/** Handles `$$ $& $1 $<name>`, and the text before and after the match, as JavaScript does. */
function piecesOf(replacement: string, regex: Regex): Piece[] {
  const pieces: Piece[] = []
  let last = 0
  for (const token of replacement.matchAll(/\$(?:([$&`'])|(\d\d?)|<([^>]*)>)/g)) {
    const piece = pieceOf(token as unknown as readonly string[], regex)
    if (piece === undefined) continue
    pieces.push(replacement.slice(last, token.index), ...(Array.isArray(piece) ? piece : [piece]))
    last = token.index + token[0].length
  }
  pieces.push(replacement.slice(last))
  return pieces
}

function pieceOf(
  [, mark, digits, name]: readonly (string | undefined)[],
  regex: Regex,
): Piece | Piece[] | undefined {
  if (mark === '$') return '$'
  if (mark === '&') return groupOf(0)
  if (mark === '`') return (match) => [0, match[0]!]
  if (mark === "'") return (match, text) => [match[1]!, text.length]
  if (digits !== undefined) {
    const both = Number(digits)
    if (both >= 1 && both <= regex.groups) return groupOf(both)
    // With nine groups, `$12` is group 1 followed by a 2.
    const first = Number(digits[0])
    return digits.length === 2 && first >= 1 && first <= regex.groups
      ? [groupOf(first), digits[1]!]
      : undefined
  }
  if (Object.keys(regex.names).length === 0) return undefined
  const group = Object.hasOwn(regex.names, name ?? '') ? regex.names[name ?? ''] : undefined
  return group === undefined ? '' : groupOf(group)
}

export function replaceMatches(
  machine: Machine,
  text: string,
  regex: Regex,
  replacement: string,
  at: number,
): string {
  spend(machine, replacement.length, at)
  const pieces = piecesOf(replacement, regex)
  let result = ''
  let last = 0
  const add = (piece: string): void => {
    build(machine, piece.length, at)
    result += piece
  }
  for (const match of matchesOf(machine, regex, text, at)) {
    spend(machine, pieces.length, at)
    add(text.slice(last, match[0]))
    for (const piece of pieces) {
      const range = typeof piece === 'string' ? undefined : piece(match, text)
      if (range === undefined) add(piece as string)
      else if (range[0] >= 0) add(text.slice(...range))
    }
    last = match[1]!
  }
  add(text.slice(last))
  return result
}

export function splitByRegex(
  machine: Machine,
  text: string,
  regex: Regex,
  args: readonly unknown[],
  at: number,
) {
  const limit = optionalNumber('split', args, 1, at)
  const most = limit === undefined ? Number.POSITIVE_INFINITY : limit >>> 0
  const search = searcher(machine, regex, text, at)
  const pieces: (string | undefined)[] = []
  buildText(machine, text.length, at)
  const push = (piece: string | undefined): boolean => {
    buildSlots(machine, 1, at)
    pieces.push(piece)
    return pieces.length >= most
  }
  if (most === 0) return pieces
  if (text === '') {
    if (search(0) === null) push(text)
    return pieces
  }
  let last = 0
  for (let from = 0; from < text.length; ) {
    const found = search(from)
    if (found === null || found[0]! >= text.length) break
    const [start, end] = found as unknown as [number, number]
    if (end === last) {
      from = behind(text, start)
      continue
    }
    if (push(text.slice(last, start))) return pieces
    for (let group = 1; group <= regex.groups; group++) {
      if (push(part(machine, text, found, group, at))) return pieces
    }
    last = end
    from = end
  }
  push(text.slice(last))
  return pieces
}
