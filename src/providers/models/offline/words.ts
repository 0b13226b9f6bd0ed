// What the rules of the offline model use of a text: words, numbers, named values.

const COMMON = new Set(
  'a an the of to in on at by for with from and or not is are was were be been it its this that these those as into about please you your i me my we our can could will would should do does did have has what which who how when where there then than so if but all any some one up out over under get gets give gives use uses used using tool tools call returns return value values string text number name'.split(
    ' ',
  ),
)

export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Words that carry meaning, without the most common endings. */
export const keywordsOf = (text: string): string[] =>
  wordsOf(text)
    .filter((word) => word.length > 2 && !COMMON.has(word))
    .map((word) => (word.length > 4 ? word.replace(/(?:ing|ies|es|ed|s)$/, '') : word))

/** `getCityWeather` and `web.search` as words. */
export const wordsOfName = (name: string): string[] =>
  wordsOf(name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[^A-Za-z0-9]+/g, ' '))

export function sharedWords(a: string[], b: string[]): number {
  const known = new Set(b)
  return new Set(a.filter((word) => known.has(word))).size
}

export const numbersOf = (text: string): number[] =>
  [...text.matchAll(/(?<![\p{L}\p{N}.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\p{L}\p{N}])/giu)].map(([number]) =>
    Number(number),
  )

export const quotedOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /"([^"\n]{1,2000})"|“([^”\n]{1,2000})”|`([^`\n]{1,2000})`|(?<!\w)'([^'\n]{1,2000})'(?!\w)/g,
    ),
  ].map(([, a, b, c, d]) => a ?? b ?? c ?? d ?? '')

/** The value after `name: `, `name = `, `name is ` or `name of `, up to the end of the clause. Null if there is none. */
export function namedValue(text: string, name: string): string | null {
  const words = wordsOfName(name)
  if (words.length === 0) return null
  const label = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\s_.-]*')
  const found = new RegExp(
    `(?<![\\p{L}\\p{N}])${label}["'\`]?(?:\\s*(?::|=|\\bis\\b|\\bof\\b|\\bto\\b))?\\s*(?:"([^"\\n]*)"|'([^'\\n]*)'|\`([^\`\\n]*)\`|([^\\s,;][^,;\\n]{0,500}))`,
    'iu',
  ).exec(text)
  if (found === null) return null
  const [, a, b, c, bare] = found
  if (bare === undefined) return a ?? b ?? c ?? null
  const plain = bare
    .split(/\s(?:and|with|then|using|by|for|in)\s|[.!?](?:\s|$)/)[0]
    ?.replace(/["'`})\]]+$/, '')
    .trim()
  return plain ? plain : null
}

export const sentencesOf = (text: string): string[] =>
  text
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?])\s+(?=[\p{Lu}\p{N}"“'])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')

/** The sentences with the most frequent words, in their order. */
export function summaryOf(text: string, most = 3): string {
  const sentences = sentencesOf(text).slice(0, 500)
  if (sentences.length <= most) return sentences.join(' ')
  const counts = new Map<string, number>()
  for (const word of keywordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const scored = sentences.map((sentence, index) => {
    const words = keywordsOf(sentence)
    const score = words.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0)
    // The first sentence usually says what the text is about.
    return { index, score: (score / (words.length + 4)) * (index === 0 ? 1.5 : 1) }
  })
  return scored
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ index }) => sentences[index])
    .join(' ')
}

const GOOD =
  /\b(?:good|great|love|loved|excellent|happy|thanks?|perfect|amazing|nice|helpful|fast|best|wonderful|pleased|recommend)\b/gi
const BAD =
  /\b(?:bad|terrible|hate|hated|awful|angry|broken|worst|slow|refund|disappointed|poor|useless|never again|complain\w*|rude|fail\w*|not working)\b/gi

/**
 * The label that shares most words with the text. Sentiments use a short list of words. Without a match, the fallback
 * or the first label.
 */
export function labelFor(text: string, labels: string[]): string {
  const [first = ''] = labels
  const named = (names: RegExp) => labels.find((label) => names.test(label))
  const words = keywordsOf(text)
  const scores = labels.map((label) => sharedWords(keywordsOf(label), words))
  const best = Math.max(...scores)
  if (best > 0) return labels[scores.indexOf(best)] ?? first
  const [positive, negative] = [named(/^positive|good|happy/i), named(/^negative|bad|complaint|angry/i)]
  if (positive !== undefined && negative !== undefined) {
    const mood = (text.match(GOOD)?.length ?? 0) - (text.match(BAD)?.length ?? 0)
    if (mood !== 0) return mood > 0 ? positive : negative
    return named(/^neutral|mixed/i) ?? positive
  }
  return named(/^(?:other|none|unknown|neutral|general)/i) ?? first
}
