/** Throws the first error of what `Promise.allSettled` waited for. Everything else has ended by then. */
export function requireFulfilled(ends: readonly PromiseSettledResult<unknown>[]): void {
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
