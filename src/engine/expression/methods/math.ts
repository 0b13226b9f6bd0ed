import { spend } from '../limits.ts'
import type { Native } from '../natives.ts'
import { toNumber } from '../values.ts'

const one =
  (apply: (value: number) => number): Native =>
  (machine, args, at) =>
    apply(toNumber(machine, args[0], at))

const two =
  (apply: (left: number, right: number) => number): Native =>
  (machine, args, at) =>
    apply(toNumber(machine, args[0], at), toNumber(machine, args[1], at))

// A loop, because Math.max(...values) overflows the stack if the list is long.
const fold =
  (start: number, apply: (left: number, right: number) => number): Native =>
  (machine, args, at) => {
    spend(machine, args.length, at)
    let result = start
    for (const value of args) result = apply(result, toNumber(machine, value, at))
    return result
  }

// Without `random`: an expression must give the same result when it is evaluated again.
export const mathFunctions: ReadonlyMap<string, Native> = new Map(
  Object.entries({
    abs: one(Math.abs),
    acos: one(Math.acos),
    asin: one(Math.asin),
    atan: one(Math.atan),
    atan2: two(Math.atan2),
    cbrt: one(Math.cbrt),
    ceil: one(Math.ceil),
    cos: one(Math.cos),
    exp: one(Math.exp),
    floor: one(Math.floor),
    hypot: two(Math.hypot),
    log: one(Math.log),
    log10: one(Math.log10),
    log2: one(Math.log2),
    max: fold(Number.NEGATIVE_INFINITY, Math.max),
    min: fold(Number.POSITIVE_INFINITY, Math.min),
    pow: two((left, right) => left ** right),
    round: one(Math.round),
    sign: one(Math.sign),
    sin: one(Math.sin),
    sqrt: one(Math.sqrt),
    tan: one(Math.tan),
    trunc: one(Math.trunc),
  }),
)

export const mathConstants: ReadonlyMap<string, number> = new Map([
  ['E', Math.E],
  ['LN10', Math.LN10],
  ['LN2', Math.LN2],
  ['LOG10E', Math.LOG10E],
  ['LOG2E', Math.LOG2E],
  ['PI', Math.PI],
  ['SQRT1_2', Math.SQRT1_2],
  ['SQRT2', Math.SQRT2],
])
