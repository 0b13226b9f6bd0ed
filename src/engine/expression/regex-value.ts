import type { RE2JS } from 're2js'

/** Only the receiver of `test` or an argument of text methods. It is not a value that can be used elsewhere. */
export type Regex = {
  readonly kind: 'regex'
  readonly isGlobal: boolean
  readonly names: Readonly<Record<string, number>>
  readonly groups: number
  /** The price of looking at one character: at most this many instructions are tried with it. */
  readonly cost: number
  readonly size: number
  readonly program: ReturnType<RE2JS['re2']>
}

export const isRegex = (value: unknown): value is Regex =>
  typeof value === 'object' &&
  value !== null &&
  (value as { kind?: unknown }).kind === 'regex' &&
  'program' in value

/** The limits for the literals of a text, or of a whole definition. */
export type RegexRoom = { left: number }
export const newRegexRoom = (): RegexRoom => ({ left: 60_000 })
