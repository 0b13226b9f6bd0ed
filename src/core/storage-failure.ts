// Recognises when SQLite, in D1 or in an object, temporarily fails: the disk is full, reading or writing fails, or the database is
// locked. The request itself may be fine and succeed later.
const FAILURE = /SQLITE_(FULL|IOERR|BUSY)/

/** The number of seconds after which a retry may help; null if it is not a storage failure. */
export function storageRetrySeconds(error: unknown): number | null {
  const code = FAILURE.exec(String(error))?.[1]
  if (code === undefined) return null
  // A full disk needs a person to free space. A lock is released soon.
  return code === 'BUSY' ? 1 : 60
}

export const isStorageFailure = (error: unknown): boolean => storageRetrySeconds(error) !== null
