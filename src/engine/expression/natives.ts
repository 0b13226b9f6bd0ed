import { fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { kindOf } from './values.ts'

/** An arrow function or a built-in, ready to be called. It charges for itself. */
export type Callback = (first?: unknown, second?: unknown, third?: unknown, fourth?: unknown) => unknown

/** A built-in function. `at` is the position of the call. It must charge before it builds, and must not change `args`. */
export type Native = (machine: Machine, args: readonly unknown[], at: number) => unknown
/** A method of one type of receiver. */
export type Method<Self> = (machine: Machine, self: Self, args: readonly unknown[], at: number) => unknown

export type MethodTable<Self> = ReadonlyMap<string, Method<Self>>
export const methodTable = <Self>(methods: Readonly<Record<string, Method<Self>>>): MethodTable<Self> =>
  new Map(Object.entries(methods))

const place = (index: number) => ['first', 'second', 'third', 'fourth'][index] ?? `${index + 1}th`

function wrong(name: string, args: readonly unknown[], index: number, expected: string, at: number): never {
  const found = index < args.length ? kindOf(args[index]) : 'nothing'
  fail('expression.type', at, `${name} was given ${found} as its ${place(index)} argument`, expected)
}

/** A text argument. Numbers and booleans are converted, anything else is an error. */
export function textArgument(name: string, args: readonly unknown[], index: number, at: number): string {
  const value = args[index]
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return wrong(name, args, index, 'a text', at)
}

export function numberArgument(name: string, args: readonly unknown[], index: number, at: number): number {
  const value = args[index]
  return typeof value === 'number' ? value : wrong(name, args, index, 'a number', at)
}

export const optionalNumber = (name: string, args: readonly unknown[], index: number, at: number) =>
  args[index] === undefined ? undefined : numberArgument(name, args, index, at)
export const optionalText = (name: string, args: readonly unknown[], index: number, at: number) =>
  args[index] === undefined ? undefined : textArgument(name, args, index, at)

/** A whole number within limits, where JavaScript would throw a RangeError. */
export function wholeNumber(
  name: string,
  args: readonly unknown[],
  index: number,
  least: number,
  most: number,
  at: number,
): number {
  const value = Math.trunc(numberArgument(name, args, index, at))
  if (!(value >= least && value <= most)) {
    fail(
      'expression.type',
      at,
      `${name} was given ${String(args[index])}`,
      `a number from ${least} to ${most}`,
    )
  }
  return value
}

export function functionArgument(
  name: string,
  args: readonly unknown[],
  index: number,
  at: number,
): Callback {
  const value = args[index]
  return typeof value === 'function' ? (value as Callback) : wrong(name, args, index, 'a function', at)
}

export function listArgument(
  name: string,
  args: readonly unknown[],
  index: number,
  at: number,
): readonly unknown[] {
  const value = args[index]
  return Array.isArray(value) ? value : wrong(name, args, index, 'a list', at)
}

export function objectArgument(
  name: string,
  args: readonly unknown[],
  index: number,
  at: number,
): Readonly<Record<string, unknown>> {
  const value = args[index]
  if (typeof value !== 'object' || value === null) return wrong(name, args, index, 'an object', at)
  return value as Readonly<Record<string, unknown>>
}
