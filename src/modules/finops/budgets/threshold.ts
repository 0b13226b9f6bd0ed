/** The highest of the shares that has been reached; null when none has. A limit of 0 is reached by anything that is spent. */
export function reachedShare(spent: number, limit: number, shares: readonly number[]): number | null {
  if (spent <= 0) return null
  const reached = shares.filter((share) => spent >= Math.round(limit * share))
  return reached.length === 0 ? null : Math.max(...reached)
}
