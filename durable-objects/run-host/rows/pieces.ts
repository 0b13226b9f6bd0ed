// Splits long texts into pieces for storage.

/** Below the 2 MB that a row may have in production, with room for the rest of the row. */
export const SMALL_OUTPUT_CHARS = 600_000

/** The text in pieces that fit into a row. At least one. */
export function* piecesOf(text: string): Generator<string, undefined> {
  let from = 0
  do {
    const to = cutBefore(text, from + SMALL_OUTPUT_CHARS)
    yield text.slice(from, to)
    from = to
  } while (from < text.length)
}

/** Never between the halves of a surrogate pair: each half alone would be stored as a replacement character. */
function cutBefore(text: string, at: number): number {
  if (at >= text.length) return text.length
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
}
