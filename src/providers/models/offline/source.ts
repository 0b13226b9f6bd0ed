// What a text says about a name: sentences, lists, proper names and values.
import type { Json } from '../../../core/json.ts'
import type { JsonObject } from '../../../engine/json-schema/types.ts'
import { sentencesOf, wordsOfName } from './words.ts'

export type Source = {
  root: JsonObject
  text: string
  /** JSON objects in the text. */
  objects: Record<string, Json>[]
  numbers: number[]
  quoted: string[]
  /** How many schemas may still be filled. A schema may refer to itself. */
  left: number
}

/** For a list of texts without values in the prompt: its sentences, or only its questions if it has any. */
export function sentencesFor(text: string, name: string | null): string[] {
  const sentences = sentencesOf(text)
  const asking = sentences.filter((sentence) => sentence.endsWith('?'))
  return name !== null && /question/i.test(name) && asking.length > 0 ? asking : sentences
}

/** `names: a, b and c` */
export function namedList(text: string, name: string): string[] | null {
  const label = wordsOfName(name).join('[\\s_.-]*')
  if (label === '') return null
  const found = new RegExp(
    `(?<![\\p{L}\\p{N}])${label}\\s*(?::|=|\\bare\\b)\\s*\\[?([^\\n.;\\]]+)`,
    'iu',
  ).exec(text)
  const list = found?.[1]?.split(/,|\band\b/).map((one) => one.trim().replace(/^["'`]|["'`]$/g, ''))
  return list?.filter((one) => one !== '') ?? null
}

export const singular = (name: string | null): string | null => name?.replace(/s$/, '') ?? null

/** Capitalised words inside a sentence. */
export const properNames = (text: string): string[] =>
  [...text.matchAll(/(?<=[\p{Ll}\p{N},]\s)\p{Lu}[\p{L}'-]+(?:\s\p{Lu}[\p{L}'-]+)*/gu)].map(([name]) => name)

export const hasWord = (text: string, word: string): boolean =>
  word !== '' &&
  new RegExp(
    `(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`,
    'iu',
  ).test(text)

export function valueInObjects({ objects }: Source, name: string): Json | undefined {
  for (const object of objects) if (Object.hasOwn(object, name)) return object[name]
  return undefined
}
