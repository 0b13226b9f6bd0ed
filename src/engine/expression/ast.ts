import type { Regex } from './regex-value.ts'

/** The position of a part in the whole string (offsets from 0), and the height of its tree. */
type Place = { readonly at: number; readonly end: number; readonly height: number }

export type UnaryOperator = '-' | '+' | '!' | 'typeof'
export type LogicOperator = '&&' | '||' | '??'
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**'
  | '=='
  | '!='
  | '==='
  | '!=='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'

export type Literal = Place & { readonly type: 'literal'; readonly value: unknown }
/** A name that is not a parameter of an enclosing arrow function: from the scope, or a built-in. */
export type Name = Place & { readonly type: 'name'; readonly name: string }
/** A parameter of an arrow function. The same arrow is never active twice, so one fixed slot is enough. */
export type Local = Place & { readonly type: 'local'; readonly name: string; readonly slot: number }
export type Text = Place & {
  readonly type: 'text'
  readonly texts: readonly string[]
  readonly values: readonly Expression[]
}
export type Spread = Place & { readonly type: 'spread'; readonly value: Expression }
export type ArrayLiteral = Place & {
  readonly type: 'array'
  readonly items: readonly (Expression | Spread)[]
}
export type Entry = {
  readonly key: string | Expression
  readonly keyAt: number
  readonly value: Expression
}
export type ObjectLiteral = Place & { readonly type: 'object'; readonly entries: readonly (Entry | Spread)[] }
export type Unary = Place & {
  readonly type: 'unary'
  readonly operator: UnaryOperator
  readonly value: Expression
}
export type Binary = Place & {
  readonly type: 'binary'
  readonly operator: BinaryOperator
  readonly operatorAt: number
  readonly left: Expression
  readonly right: Expression
}
export type Logic = Place & {
  readonly type: 'logic'
  readonly operator: LogicOperator
  readonly left: Expression
  readonly right: Expression
}
export type Choice = Place & {
  readonly type: 'choice'
  readonly test: Expression
  readonly yes: Expression
  readonly no: Expression
}
export type Member = Place & {
  readonly type: 'member'
  readonly object: Expression
  readonly key: string | Expression
  readonly keyAt: number
  readonly optional: boolean
}
export type Call = Place & {
  readonly type: 'call'
  readonly callee: Expression
  readonly items: readonly (Expression | Spread)[]
}
/** A regular expression: a parsed literal, or `regex(text, flags)`. */
export type RegexLiteral = Place & { readonly type: 'regex'; readonly regex: Regex }
export type RegexCall = Place & {
  readonly type: 'regexOf'
  readonly source: Expression
  readonly flags: Expression | undefined
}
/** The end of an optional chain: `a?.b.c` is undefined as a whole if `a` is missing. */
export type Chain = Place & { readonly type: 'chain'; readonly value: Expression }
export type Arrow = Place & {
  readonly type: 'arrow'
  readonly parameters: readonly Pattern[]
  readonly rest: Pattern | undefined
  readonly body: Expression
  /** The number of parts of the body: the price of one call. */
  readonly size: number
}

export type Expression =
  | Literal
  | Name
  | Local
  | Text
  | ArrayLiteral
  | ObjectLiteral
  | Unary
  | Binary
  | Logic
  | Choice
  | Member
  | Call
  | Chain
  | Arrow
  | RegexLiteral
  | RegexCall

export type PatternProperty = { readonly key: string; readonly keyAt: number; readonly pattern: Pattern }
export type Pattern =
  /** `value` is used if the argument is undefined. */
  | {
      readonly type: 'default'
      readonly pattern: Pattern
      readonly value: Expression
      readonly size: number
      readonly at: number
    }
  | { readonly type: 'slot'; readonly slot: number; readonly at: number }
  | {
      readonly type: 'object'
      readonly properties: readonly PatternProperty[]
      readonly rest: Pattern | undefined
      readonly at: number
    }
  | {
      readonly type: 'array'
      readonly items: readonly Pattern[]
      readonly rest: Pattern | undefined
      readonly at: number
    }
