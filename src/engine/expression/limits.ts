import { fail } from './errors.ts'
import type { Regex } from './regex-value.ts'

/**
 * What one evaluation may use. A step is four calls, or about sixty simple operations. `bytes` limits everything that
 * is built, including the result. `depth` limits nesting, of the source and of the data.
 */
export type Limits = { steps: number; bytes: number; depth: number; sourceChars: number }

export const defaultLimits: Readonly<Limits> = {
  steps: 100_000,
  bytes: 8 * 1024 * 1024,
  depth: 256,
  sourceChars: 20_000,
}

export const UUID_SEED = Symbol('uuid seed')

/**
 * The values that an expression can use. `now` is recorded event time, in milliseconds or as ISO text. A getter that
 * fails throws a `ScopeFailure`.
 */
export type Scope = {
  readonly input?: unknown
  readonly nodes?: unknown
  readonly prev?: unknown
  readonly item?: unknown
  readonly index?: unknown
  readonly run?: unknown
  readonly workflow?: unknown
  readonly vars?: unknown
  readonly now?: unknown
  /** The seed of `uuid()`. Without it, there is no `uuid()`. */
  readonly [UUID_SEED]?: string
  readonly [name: string]: unknown
}

/** The state of one evaluation. `fuel` counts operations, so that cheap work can be charged in small amounts. */
export type Machine = {
  readonly scope: Scope
  readonly limits: Readonly<Limits>
  readonly locals: unknown[]
  fuel: number
  bytes: number
  /** Set when an array, object or date is created. Only then must the result be measured or converted. */
  built: boolean
  /** The named time zones in use. Each may have to be loaded, and they must all fit into the cache. */
  zones: Set<string> | undefined
  /** Patterns created from texts, by flags and text. Each is paid for once. */
  patterns: Map<string, Regex> | undefined
  /** How many `uuid()` were created. */
  uuids: number
}

const OPERATIONS_PER_STEP = 64
/** The price of calling a method or a function. A plain operation costs 1. */
export const CALL_COST = 16

/** What is left for all evaluations that share a budget. No single one may use more than the limits allow. */
export type Budget = Pick<Limits, 'steps' | 'bytes'>

export function startMachine(scope: Scope, limits?: Partial<Limits>, shared?: Budget): Machine {
  let all = limits === undefined ? defaultLimits : { ...defaultLimits, ...limits }
  if (shared !== undefined && (shared.steps < all.steps || shared.bytes < all.bytes)) {
    all = { ...all, steps: Math.min(all.steps, shared.steps), bytes: Math.min(all.bytes, shared.bytes) }
  }
  return {
    scope,
    limits: all,
    locals: [],
    fuel: all.steps * OPERATIONS_PER_STEP,
    bytes: all.bytes,
    built: false,
    zones: undefined,
    patterns: undefined,
    uuids: 0,
  }
}

/** Subtracts what an evaluation has used from the shared budget. */
export function settleBudget({ limits, fuel, bytes }: Machine, shared: Budget): void {
  shared.steps = Math.max(0, shared.steps - (limits.steps - fuel / OPERATIONS_PER_STEP))
  shared.bytes = Math.max(0, shared.bytes - (limits.bytes - bytes))
}

/** Charges operations. Call it before the work is done. */
export function spend(machine: Machine, operations: number, at: number): void {
  machine.fuel -= operations
  // Written so that NaN fails as well.
  if (!(machine.fuel >= 0)) {
    fail('expression.budget', at, `the expression takes more than ${machine.limits.steps} steps`)
  }
}

/** Charges bytes. Call it before the value is built. */
export function build(machine: Machine, bytes: number, at: number): void {
  machine.bytes -= bytes
  if (!(machine.bytes >= 0)) {
    fail('expression.budget', at, `the expression builds more than ${machine.limits.bytes} bytes`)
  }
}

/** Charges for reading a text of this length. */
export const scanText = (machine: Machine, length: number, at: number) => spend(machine, length >> 6, at)

/** Charges for an array or object with this many slots. */
export function buildSlots(machine: Machine, slots: number, at: number): void {
  machine.built = true
  build(machine, 16 + slots * 8, at)
  spend(machine, slots >> 2, at)
}

/** Charges for a text of this length. */
export function buildText(machine: Machine, length: number, at: number): void {
  build(machine, length, at)
  spend(machine, length >> 6, at)
}
