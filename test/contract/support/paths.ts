// Paths of the route table: split, filled with values, and compared with each other.
import { ID_PREFIXES, type IdPrefix, newId } from '../../../src/core/ids.ts'

export type Segment =
  | { kind: 'literal'; text: string }
  | { kind: 'param'; name: string; pattern: string | null }
  | { kind: 'rest' }

export const segmentsOf = (path: string): Segment[] =>
  splitPath(path).map((text): Segment => {
    if (text === '*') return { kind: 'rest' }
    const match = /^:([A-Za-z]+)(?:\{(.*)\})?$/.exec(text)
    if (match) return { kind: 'param', name: String(match[1]), pattern: match[2] ?? null }
    if (/[:{}*?]/.test(text)) throw new Error(`${path}: the segment ${text} is of no known kind`)
    return { kind: 'literal', text }
  })

/** At slashes, but not inside a pattern. */
function splitPath(path: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const c of path) {
    if (c === '{') depth++
    if (c === '}') depth--
    if (c === '/' && depth === 0) {
      if (part !== '') parts.push(part)
      part = ''
    } else part += c
  }
  return part === '' ? parts : [...parts, part]
}

/** The id prefix of a parameter, if it is an id. */
export const prefixOf = (segment: Segment): IdPrefix | null =>
  segment.kind === 'param'
    ? (ID_PREFIXES.find((prefix) => segment.pattern?.startsWith(`${prefix}_[`)) ?? null)
    : null

const TRIALS = ['sample', 'a', '1', '0', 'sample-1', 'v1', '2026-01-01']

export function sampleOf(segment: Segment): string {
  if (segment.kind === 'literal') return segment.text
  if (segment.kind === 'rest') return 'rest'
  const { pattern } = segment
  if (pattern === null) return 'sample'
  const prefix = prefixOf(segment)
  const trials = [...(prefix ? [newId(prefix, 1)] : []), ...pattern.split('|'), ...TRIALS]
  const found = trials.find((text) => new RegExp(`^(?:${pattern})$`).test(text))
  if (found === undefined) throw new Error(`No value could be made up for the pattern ${pattern}`)
  return found
}

/** A path that matches the route. */
export const fillPath = (
  path: string,
  values: Record<string, string> = {},
  make: (segment: Segment) => string = sampleOf,
): string =>
  `/${segmentsOf(path)
    .map((segment) =>
      segment.kind === 'param' ? (values[segment.name] ?? make(segment)) : sampleOf(segment),
    )
    .join('/')}`

type Route = { method: string; path: string }

/** The pairs of routes that one request could match, each with such a path. */
export function findOverlaps(routes: Route[]): string[] {
  const found: string[] = []
  const pool = new Set(routes.flatMap(({ path }) => segmentsOf(path).map(sampleOf)))
  routes.forEach((a, i) => {
    for (const b of routes.slice(i + 1)) {
      if (a.method !== b.method) continue
      const path = commonPath(segmentsOf(a.path), segmentsOf(b.path), [...pool])
      if (path !== null) found.push(`${a.method} ${path} is both ${a.path} and ${b.path}`)
    }
  })
  return found
}

function commonPath(a: Segment[], b: Segment[], pool: string[]): string | null {
  const parts: string[] = []
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]]
    if (x?.kind === 'rest' || y?.kind === 'rest') return `/${[...parts, '…'].join('/')}`
    if (x === undefined || y === undefined) return null
    const value = [sampleOf(x), sampleOf(y), ...pool].find((text) => takes(x, text) && takes(y, text))
    if (value === undefined) return null
    parts.push(value)
  }
  return `/${parts.join('/')}`
}

const takes = (segment: Segment, text: string): boolean =>
  segment.kind === 'literal'
    ? segment.text === text
    : segment.kind === 'rest' || segment.pattern === null || new RegExp(`^(?:${segment.pattern})$`).test(text)
