/** The highest share that has been reached. Null if none has. Any cost reaches a limit of 0. */
export function reachedShare(spent: number, limit: number, shares: readonly number[]): number | null {
  if (spent <= 0) return null
  const reached = shares.filter((share) => spent >= Math.round(limit * share))
  return reached.length === 0 ? null : Math.max(...reached)
}
