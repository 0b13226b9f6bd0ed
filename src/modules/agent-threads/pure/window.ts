// How much of a thread an agent sees. Pure. Invariants:
// 1. Whole turns are seen, the newest of them, as many as the agent's window and the tokens let it.
// 2. The window moves in steps, to half of what it may hold: most calls begin with what the call before has begun with, which
//    providers keep, and one summary serves several turns.

export type Size = { n: number; tokens: number }

/** `from` is the first turn that is seen; those of the window before it that are seen no more are to be summed up. */
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

/** How many of the newest fit. */
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
