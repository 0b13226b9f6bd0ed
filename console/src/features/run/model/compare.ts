// Compares two runs.
import type { Live, Place } from './live.ts'
import { durationOf, type Look, lookOf } from './look.ts'
import type { StepDef } from './steps.ts'

export type Side = { look: Look; tries: number; ms: number | null; place: Place | null }
export type Difference = 'status' | 'tries' | 'time' | 'only here' | 'only there'
export type Compared = {
  key: string
  name: string
  type: string
  left: Side
  right: Side
  differs: Difference[]
}

/** Durations differ if one is this many times the other, and the difference is noticeable. */
const TIMES = 2
const LEAST_MS = 50

const sideOf = (key: string, live: Live): Side => {
  const place = live.steps.get(key)?.last ?? null
  return {
    look: lookOf(place, live.status),
    tries: place?.attempt ?? 0,
    ms: place === null ? null : durationOf(place),
    place,
  }
}

/** The steps of both runs, starting with the left one's in its order. The versions may differ. */
export function compareRuns(
  left: { steps: readonly StepDef[]; live: Live },
  right: { steps: readonly StepDef[]; live: Live },
): Compared[] {
  const inLeft = new Set(left.steps.map(({ key }) => key))
  const inRight = new Set(right.steps.map(({ key }) => key))
  const all = [...left.steps, ...right.steps.filter(({ key }) => !inLeft.has(key))]
  return all.map(({ key, name, type }) => {
    const [a, b] = [sideOf(key, left.live), sideOf(key, right.live)]
    const differs: Difference[] = []
    if (!inRight.has(key)) differs.push('only here')
    else if (!inLeft.has(key)) differs.push('only there')
    else {
      // An adopted outcome was not computed there, so its duration means nothing.
      const isAdopted = a.place?.isAdopted || b.place?.isAdopted
      if (a.look !== b.look) differs.push('status')
      if (!isAdopted && a.tries !== b.tries) differs.push('tries')
      if (!isAdopted && isOtherTime(a.ms, b.ms)) differs.push('time')
    }
    return { key, name, type, left: a, right: b, differs }
  })
}

function isOtherTime(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return false
  const [less, more] = a < b ? [a, b] : [b, a]
  return more - less >= LEAST_MS && more >= less * TIMES
}

export type Change = { path: string; kind: 'added' | 'removed' | 'changed'; left: unknown; right: unknown }

/** The paths where two values differ, outermost first, at most `most`. */
export function differencesOf(left: unknown, right: unknown, most = 200): Change[] {
  const found: Change[] = []
  const walk = (a: unknown, b: unknown, path: string) => {
    if (found.length >= most || Object.is(a, b)) return
    if (!isTree(a) || !isTree(b) || Array.isArray(a) !== Array.isArray(b)) {
      const kind = a === undefined ? 'added' : b === undefined ? 'removed' : 'changed'
      found.push({ path, kind, left: a, right: b })
      return
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
      walk(a[key], b[key], Array.isArray(a) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`)
  }
  walk(left, right, '')
  return found
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
