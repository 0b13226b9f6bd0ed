import type { RE2JS } from 're2js'

/** Only ever a receiver of `test` or an argument of the methods below: it is no value that could go elsewhere. */
export type Regex = {
  readonly kind: 'regex'
  readonly isGlobal: boolean
  readonly names: Readonly<Record<string, number>>
  readonly groups: number
  /** What looking at one character costs: at most this many instructions are tried with it. */
  readonly cost: number
  readonly size: number
  readonly program: ReturnType<RE2JS['re2']>
}

export const isRegex = (value: unknown): value is Regex =>
  typeof value === 'object' &&
  value !== null &&
  (value as { kind?: unknown }).kind === 'regex' &&
  'program' in value

/** What the literals of a text, or of a whole definition, may come to. */
export type RegexRoom = { left: number }
export const newRegexRoom = (): RegexRoom => ({ left: 60_000 })
