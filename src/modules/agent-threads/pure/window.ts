// How much of a thread an agent sees. Pure. Invariants:
// 1. It sees whole turns: the newest ones, as many as the agent's window and the token limit allow.
// 2. The window moves in steps, to half of its maximum. So most calls begin with the same messages as the previous
//    call, which providers cache, and one summary is used for several turns.

export type Size = { n: number; tokens: number }

/**
 * `from` is the first visible turn. Turns that were in the previous window and are no longer visible must be
 * summarised.
 */
export function windowOf(
  sizes: readonly Size[],
  { messages, tokens }: { messages: number; tokens: number },
  next: number,
): { from: number; older: number[] } {
  const most = Math.floor(messages / 2)
  const keptWhole = newestOf(sizes, most, tokens)
  const kept =
    keptWhole === sizes.length
      ? keptWhole
      : Math.max(newestOf(sizes, Math.ceil(most / 2), tokens / 2), newestOf(sizes, Math.min(1, most), tokens))
  const older = sizes.slice(0, sizes.length - kept)
  return { from: sizes[sizes.length - kept]?.n ?? next, older: older.map(({ n }) => n) }
}

/** How many of the newest turns fit. */
function newestOf(sizes: readonly Size[], most: number, tokens: number): number {
  let left = tokens
  let count = 0
  for (let at = sizes.length - 1; at >= 0 && count < most; at--) {
    left -= sizes[at]?.tokens ?? 0
    if (left < 0) break
    count++
  }
  return count
}
