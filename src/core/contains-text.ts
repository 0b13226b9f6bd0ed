// Whether a text contains another one, in time proportional to both (Knuth, Morris and Pratt). The built-in search takes time
// proportional to their product for texts that repeat, so it must not get two texts that users choose.

export function containsText(text: string, wanted: string): boolean {
  // For a short text, the built-in search is fast in every case.
  if (wanted.length <= MAX_SHORT) return text.includes(wanted)
  const borders = bordersOf(wanted)
  let matched = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    while (matched > 0 && code !== wanted.charCodeAt(matched)) matched = borders[matched - 1] ?? 0
    if (code === wanted.charCodeAt(matched)) matched++
    if (matched === wanted.length) return true
  }
  return false
}

const MAX_SHORT = 16

/** For each beginning of the text, the length of the longest shorter beginning that it also ends with. */
function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length)
  let length = 0
  for (let at = 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    while (length > 0 && code !== text.charCodeAt(length)) length = borders[length - 1] ?? 0
    if (code === text.charCodeAt(length)) length++
    borders[at] = length
  }
  return borders
}
