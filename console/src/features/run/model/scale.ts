// Maps times to the axis of the timeline. Long periods without activity are shortened, so that a day of waiting does not hide
// milliseconds of work.

export type Span = { from: number; to: number }
export type Tick = { at: number; x: number }
export type Scale = {
  /** From 0 to 1. Times outside the range map to its edge. */
  x: (time: number) => number
  /** The time at a position on the axis. */
  time: (x: number) => number
  folds: Span[]
  ticks: Tick[]
  range: Span
}

const LEAST_FOLD_MS = 2_000
/** A gap is shortened if it is this many times longer than everything that is not. */
const MUCH = 1.5
/** Each shortened gap takes this share of the axis, and all together at most half of it. */
const FOLD_SHARE = 0.16
const MOST_FOLDED = 0.5
const TICKS = 5
/** The minimum distance of a label from the edge and from other labels. */
const EDGE = 0.04
const APART = 0.1

type Piece = Span & { isFold: boolean; x: number; width: number }

/** `work` lists the periods of activity, in any order. */
export function scaleOf(work: readonly Span[], range: Span): Scale {
  const whole = { from: range.from, to: Math.max(range.to, range.from + 1) }
  const folds = foldsOf(gapsOf(work, whole), whole)
  const pieces = placed(piecesOf(folds, whole))
  const x = (time: number): number => {
    const at = Math.min(whole.to, Math.max(whole.from, time))
    const piece = pieces.find((one) => at <= one.to) ?? pieces.at(-1)!
    return piece.x + ((at - piece.from) / (piece.to - piece.from)) * piece.width
  }
  const time = (at: number): number => {
    const place = Math.min(1, Math.max(0, at))
    const piece = pieces.find((one) => place <= one.x + one.width) ?? pieces.at(-1)!
    return piece.from + ((place - piece.x) / piece.width) * (piece.to - piece.from)
  }
  return { x, time, folds, ticks: ticksOf(pieces, whole), range: whole }
}

/** The gaps between the periods of activity, within the range. */
function gapsOf(work: readonly Span[], { from, to }: Span): Span[] {
  const gaps: Span[] = []
  let at = from
  for (const span of [...work].sort((a, b) => a.from - b.from)) {
    if (span.from > at) gaps.push({ from: at, to: Math.min(span.from, to) })
    at = Math.max(at, span.to)
    if (at >= to) break
  }
  if (at < to) gaps.push({ from: at, to })
  return gaps.filter((gap) => gap.to > gap.from)
}

function foldsOf(gaps: readonly Span[], whole: Span): Span[] {
  const length = ({ from, to }: Span) => to - from
  let rest = length(whole) - gaps.reduce((sum, gap) => sum + length(gap), 0)
  const folds: Span[] = []
  for (const gap of [...gaps].sort((a, b) => length(a) - length(b))) {
    if (length(gap) >= LEAST_FOLD_MS && length(gap) > MUCH * rest) folds.push(gap)
    else rest += length(gap)
  }
  // Without any activity, shortening would not help.
  return rest === 0 && folds.length === 1 ? [] : folds.sort((a, b) => a.from - b.from)
}

function piecesOf(folds: readonly Span[], { from, to }: Span): (Span & { isFold: boolean })[] {
  const pieces: (Span & { isFold: boolean })[] = []
  let at = from
  for (const fold of folds) {
    if (fold.from > at) pieces.push({ from: at, to: fold.from, isFold: false })
    pieces.push({ ...fold, isFold: true })
    at = fold.to
  }
  if (at < to) pieces.push({ from: at, to, isFold: false })
  return pieces
}

function placed(pieces: readonly (Span & { isFold: boolean })[]): Piece[] {
  const folds = pieces.filter(({ isFold }) => isFold).length
  const isAll = folds === pieces.length
  const each = isAll ? 1 / folds : Math.min(FOLD_SHARE, MOST_FOLDED / Math.max(1, folds))
  const open = pieces.reduce((sum, { isFold, from, to }) => sum + (isFold ? 0 : to - from), 0)
  let x = 0
  return pieces.map((piece) => {
    const width = piece.isFold ? each : ((piece.to - piece.from) / open) * (1 - folds * each)
    const at = x
    x += width
    return { ...piece, x: at, width }
  })
}

/** Round times since the start of the range, outside shortened gaps. */
function ticksOf(pieces: readonly Piece[], { from }: Span): Tick[] {
  const open = pieces.filter(({ isFold }) => !isFold)
  const [length, width] = [
    open.reduce((sum, one) => sum + one.to - one.from, 0),
    open.reduce((sum, one) => sum + one.width, 0),
  ]
  const step = roundStep(length / Math.max(1, TICKS * width))
  const ticks: Tick[] = []
  for (const piece of open) {
    for (let at = Math.ceil((piece.from - from) / step) * step; from + at <= piece.to; at += step) {
      const x = piece.x + ((from + at - piece.from) / (piece.to - piece.from)) * piece.width
      const last = ticks.at(-1)
      if (at > 0 && x > EDGE && x < 1 - EDGE && (last === undefined || x - last.x >= APART))
        ticks.push({ at, x })
    }
  }
  return ticks
}

const SECOND = 1000
const LONG_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]

export function roundStep(atLeast: number): number {
  if (atLeast > SECOND) {
    const long = LONG_STEPS.find((seconds) => seconds * SECOND >= atLeast)
    if (long !== undefined) return long * SECOND
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(1, atLeast)))
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= atLeast) ?? power * 10
}
