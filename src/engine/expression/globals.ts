import { fail } from './errors.ts'
import { parseJson, stringifyJson } from './json.ts'
import { build, buildSlots, buildText, scanText, spend } from './limits.ts'
import { makeDate } from './methods/date.ts'
import { base64Functions, hash, hmac, uuid } from './methods/digest.ts'
import { mathConstants, mathFunctions } from './methods/math.ts'
import { objectFunctions } from './methods/object.ts'
import type { Native } from './natives.ts'
import { functionArgument, objectArgument, optionalNumber, textArgument } from './natives.ts'
import { spreadInto } from './spread.ts'
import { kindOf, toNumber, toText } from './values.ts'

/** Functions that are called by their name alone. */
export type NativeTable = ReadonlyMap<string, Native>
/** `Math`, `Object` and so on: they are not values, only the left side of a dot. */
export type Namespace = { readonly functions: NativeTable; readonly constants: ReadonlyMap<string, number> }

const table = (functions: Readonly<Record<string, Native>>): NativeTable => new Map(Object.entries(functions))

// The four functions only differ in which characters they keep. One character becomes at most nine.
const coder =
  (name: string, growth: number, apply: (text: string) => string): Native =>
  (machine, args, at) => {
    const text = textArgument(name, args, 0, at)
    spend(machine, text.length >> 1, at)
    buildText(machine, text.length * growth, at)
    try {
      const result = apply(text)
      build(machine, result.length - text.length * growth, at)
      return result
    } catch {
      return fail(
        'expression.type',
        at,
        `${name} was given a text that it cannot convert`,
        'well-formed text',
      )
    }
  }

const parseIntNative: Native = (machine, args, at) => {
  const text = toText(machine, args[0], at)
  scanText(machine, text.length, at)
  return Number.parseInt(text, optionalNumber('parseInt', args, 1, at))
}
const parseFloatNative: Native = (machine, args, at) => {
  const text = toText(machine, args[0], at)
  scanText(machine, text.length, at)
  return Number.parseFloat(text)
}

export const nativeFunctions: NativeTable = table({
  Boolean: (_machine, args) => Boolean(args[0]),
  Number: (machine, args, at) => (args.length === 0 ? 0 : toNumber(machine, args[0], at)),
  String: (machine, args, at) => (args.length === 0 ? '' : toText(machine, args[0], at)),
  date: makeDate,
  hash,
  hmac,
  decodeURI: coder('decodeURI', 1, decodeURI),
  decodeURIComponent: coder('decodeURIComponent', 1, decodeURIComponent),
  encodeURI: coder('encodeURI', 9, encodeURI),
  encodeURIComponent: coder('encodeURIComponent', 9, encodeURIComponent),
  isFinite: (machine, args, at) => Number.isFinite(toNumber(machine, args[0], at)),
  isNaN: (machine, args, at) => Number.isNaN(toNumber(machine, args[0], at)),
  parseFloat: parseFloatNative,
  parseInt: parseIntNative,
  uuid,
})

const from: Native = (machine, args, at) => {
  const source = args[0]
  let list: unknown[] = []
  if (Array.isArray(source) || typeof source === 'string') {
    spreadInto(machine, source, list, at)
  } else {
    const { length } = objectArgument('Array.from', args, 0, at)
    if (typeof length !== 'number' || !(length >= 0)) {
      fail(
        'expression.type',
        at,
        `Array.from was given an object with length ${kindOf(length)}`,
        'a list or { length: n }',
      )
    }
    buildSlots(machine, Math.trunc(length), at)
    list = new Array<unknown>(Math.trunc(length)).fill(undefined)
  }
  if (args[1] === undefined) return list
  const call = functionArgument('Array.from', args, 1, at)
  return list.map((value, index) => call(value, index))
}

function stringify(machine: Parameters<Native>[0], args: readonly unknown[], at: number): string | undefined {
  const [value, replacer, space] = args
  if (replacer !== undefined && replacer !== null) {
    fail('expression.type', at, 'JSON.stringify does not support a replacer', 'null as the second argument')
  }
  const indent =
    space === undefined ? 0 : Math.min(10, Math.max(0, optionalNumber('JSON.stringify', args, 2, at) ?? 0))
  return value === undefined ? undefined : stringifyJson(machine, value, at, indent)
}

const fromCodes =
  (name: string, most: number, apply: (code: number) => string): Native =>
  (machine, args, at) => {
    buildText(machine, args.length * 2, at)
    let text = ''
    for (const code of args) {
      if (typeof code !== 'number' || !(code >= 0 && code <= most) || !Number.isInteger(code)) {
        fail('expression.type', at, `${name} was given ${kindOf(code)}`, `whole numbers from 0 to ${most}`)
      }
      text += apply(code)
    }
    return text
  }

const none: ReadonlyMap<string, number> = new Map()

export const nativeNamespaces: ReadonlyMap<string, Namespace> = new Map<string, Namespace>([
  [
    'Array',
    { functions: table({ from, isArray: (_machine, args) => Array.isArray(args[0]) }), constants: none },
  ],
  ['Base64', { functions: base64Functions, constants: none }],
  [
    'JSON',
    {
      functions: table({
        parse: (machine, args, at) => parseJson(machine, textArgument('JSON.parse', args, 0, at), at),
        stringify,
      }),
      constants: none,
    },
  ],
  ['Math', { functions: mathFunctions, constants: mathConstants }],
  [
    'Number',
    {
      functions: table({
        isFinite: (_machine, args) => Number.isFinite(args[0]),
        isInteger: (_machine, args) => Number.isInteger(args[0]),
        isNaN: (_machine, args) => Number.isNaN(args[0]),
        isSafeInteger: (_machine, args) => Number.isSafeInteger(args[0]),
        parseFloat: parseFloatNative,
        parseInt: parseIntNative,
      }),
      constants: new Map([
        ['EPSILON', Number.EPSILON],
        ['MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
        ['MIN_SAFE_INTEGER', Number.MIN_SAFE_INTEGER],
        ['MAX_VALUE', Number.MAX_VALUE],
        ['MIN_VALUE', Number.MIN_VALUE],
      ]),
    },
  ],
  ['Object', { functions: objectFunctions, constants: none }],
  [
    'String',
    {
      functions: table({
        fromCharCode: fromCodes('String.fromCharCode', 0xffff, String.fromCharCode),
        fromCodePoint: fromCodes('String.fromCodePoint', 0x10ffff, String.fromCodePoint),
      }),
      constants: none,
    },
  ],
])
