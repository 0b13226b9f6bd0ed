// Finds a key that appears twice in one object of a JSON text. Parsers differ in which of the two they use, so one program might
// check one value while another uses the other. The text must be valid JSON.

const QUOTE = 34
const COMMA = 44
const BACKSLASH = 92

/** The open objects and lists at the current position: the keys found so far in an object, or a list. */
type Open = { isObject: boolean; keys: Set<string> | null }

/** The first duplicate key, or null. */
export function findDuplicateKey(text: string): string | null {
  const outer: Open[] = []
  let open: Open = { isObject: false, keys: null }
  let isKeyNext = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === QUOTE) {
      const end = endOfString(text, i)
      if (isKeyNext) {
        const key = keyOf(text.slice(i, end + 1))
        open.keys ??= new Set()
        if (open.keys.has(key)) return key
        open.keys.add(key)
        isKeyNext = false
      }
      i = end
    } else if (c === COMMA) isKeyNext = open.isObject
    else if (c === 123 || c === 91) {
      outer.push(open)
      isKeyNext = c === 123
      open = { isObject: isKeyNext, keys: null }
    } else if (c === 125 || c === 93) {
      open = outer.pop() ?? open
      isKeyNext = false
    }
  }
  return null
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === BACKSLASH) i++
    else if (c === QUOTE) return i
  }
  return text.length
}

/** Different escapes of the same key count as the same key. */
const keyOf = (quoted: string): string =>
  quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
