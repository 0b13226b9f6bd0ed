// How SQLite, in D1 or in an object, says that it cannot work now: its disk is full, it cannot read or write, or somebody else
// holds the database. That says nothing about the request, which may succeed later.
const FAILURE = /SQLITE_(FULL|IOERR|BUSY)/

/** After how many seconds another try may help; null when it is no failure of storage. */
export function storageRetrySeconds(error: unknown): number | null {
  const code = FAILURE.exec(String(error))?.[1]
  if (code === undefined) return null
  // People make room on a disk; a lock is let go by itself.
  return code === 'BUSY' ? 1 : 60
}

export const isStorageFailure = (error: unknown): boolean => storageRetrySeconds(error) !== null
