// Checks of text written by a model. Pure.
import { containsText } from '../../core/contains-text.ts'

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase()

export type Note = { source: number; claim: string; quote: string }

/** Keeps notes whose quotes appear word for word in their source. Sources count from 1. */
export function keepQuoted(
  notes: readonly Note[],
  sources: readonly string[],
): { kept: Note[]; dropped: Note[] } {
  const texts = sources.map(plain)
  const kept: Note[] = []
  const dropped: Note[] = []
  for (const note of notes) {
    const quote = plain(note.quote)
    const isQuoted = quote !== '' && containsText(texts[note.source - 1] ?? '', quote)
    ;(isQuoted ? kept : dropped).push(note)
  }
  return { kept, dropped }
}

/** Removes citations `[n]` of missing sources, and appends a list of the cited ones. */
export function cite(report: string, sources: readonly { title: string; url: string | null }[]) {
  const cited = new Set<number>()
  const removed = new Set<number>()
  const text = report.replace(/\s?\[(\d{1,4})\](?!\()/g, (all, digits: string) => {
    const n = Number(digits)
    if (n >= 1 && n <= sources.length) {
      cited.add(n)
      return all
    }
    removed.add(n)
    return ''
  })
  const lines = sources.flatMap(({ title, url }, at) =>
    cited.has(at + 1) ? [`${at + 1}. ${title}${url === null ? '' : ` <${url}>`}`] : [],
  )
  return {
    text: lines.length === 0 ? text : `${text.trimEnd()}\n\n## Sources\n\n${lines.join('\n')}\n`,
    cited: [...cited].sort((a, b) => a - b),
    removed: [...removed].sort((a, b) => a - b),
  }
}

function numbersIn(value: unknown, found: number[] = []): number[] {
  if (typeof value === 'number') found.push(value)
  else if (typeof value === 'string')
    for (const match of value.matchAll(NUMBER)) found.push(toNumber(match[0]))
  else if (Array.isArray(value)) for (const one of value) numbersIn(one, found)
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) numbersIn(one, found)
  return found
}

const NUMBER = /(?<![\p{L}\d])[-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?/giu
const toNumber = (text: string): number => Number(text.replace(/,/g, '').replace('−', '-'))
const decimalsOf = (text: string): number => (/\.(\d+)/.exec(text)?.[1] ?? '').length

/** Numbers in a text that were not computed: not even rounded, as a percentage, or without their sign. */
export function unexplainedNumbers(text: string, computed: unknown): string[] {
  const known = Float64Array.from(
    numbersIn(computed)
      .filter(Number.isFinite)
      .flatMap((one) => [Math.abs(one), Math.abs(one * 100)]),
  ).sort()
  const bare = text.replace(/^[ \t]*(?:\d+[.)]|#+)[ \t]+/gm, '')
  const strange = [...bare.matchAll(NUMBER)]
    .map(([found]) => found)
    .filter((found) => {
      const value = Math.abs(toNumber(found))
      const half = 0.5 * 10 ** -decimalsOf(found) + 1e-9
      const near = known[firstFrom(known, value - half)]
      return near === undefined || near > value + half
    })
  return [...new Set(strange)]
}

/** The position of the first number in a sorted list that is not below `least`. */
function firstFrom(sorted: Float64Array, least: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((sorted[middle] ?? 0) < least) from = middle + 1
    else to = middle
  }
  return from
}

/** Names in back quotes, and whether the source contains them. */
export function namesIn(text: string, source: string): { known: string[]; unknown: string[] } {
  const names = [...text.matchAll(/`([A-Za-z_$][\w$.]*)(?:\([^`]*\))?`/g)].map(([, name = '']) => name)
  const known = new Set<string>()
  const unknown = new Set<string>()
  const words = new Set(source.match(/[A-Za-z_$][\w$]*/g) ?? [])
  for (const name of names)
    (name.split('.').every((part) => part === '' || words.has(part)) ? known : unknown).add(name)
  return { known: [...known], unknown: [...unknown] }
}

/** Errors that need no compiler: unbalanced brackets, unclosed quotes, invalid JSON. */
export function faultsOfCode(
  files: readonly { path: string; content: string }[],
): { path: string; line: number; message: string }[] {
  return files.flatMap(({ path, content }) => {
    if (content.trim() === '') return [{ path, line: 1, message: 'The file is empty' }]
    if (/\.json$/i.test(path)) {
      try {
        JSON.parse(content)
        return []
      } catch {
        return [{ path, line: 1, message: 'The file is not valid JSON' }]
      }
    }
    return /\.(js|mjs|ts|tsx|jsx|java|c|cc|cpp|h|cs|go|rs|swift|kt|php|css|scss|dart|scala)$/i.test(path)
      ? bracketFaults(path, content)
      : []
  })
}

const CLOSES: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Reads each character once. Skips quoted text and comments. */
function bracketFaults(path: string, content: string) {
  const open: { c: string; line: number }[] = []
  let line = 1
  let quote = ''
  let comment = ''
  for (let at = 0; at < content.length; at++) {
    const c = content[at] ?? ''
    const two = content.slice(at, at + 2)
    if (c === '\n') {
      line++
      if (comment === '//') comment = ''
      if (quote !== '`') quote = ''
      continue
    }
    if (comment !== '') {
      if (comment === '/*' && two === '*/') {
        comment = ''
        at++
      }
    } else if (quote !== '') {
      if (c === '\\') at++
      else if (c === quote) quote = ''
    } else if (two === '//' || two === '/*') comment = two
    else if (c === '"' || c === "'" || c === '`') quote = c
    else if (c === '(' || c === '[' || c === '{') open.push({ c, line })
    else if (c in CLOSES) {
      const last = open.pop()
      if (last?.c !== CLOSES[c]) return [{ path, line, message: `Unexpected ${c}` }]
    }
  }
  const left = open.at(-1)
  return left === undefined ? [] : [{ path, line: left.line, message: `${left.c} is not closed` }]
}
