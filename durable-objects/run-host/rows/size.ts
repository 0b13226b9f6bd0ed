// The size limit of a host. The platform allows 10 GB, and existing runs need room to finish.

/** Above this size, a host accepts no new runs. Tests lower it. */
export const sizeLimit = { bytes: 5 * 1024 ** 3 }

export const isFull = (sql: Pick<SqlStorage, 'databaseSize'>): boolean => sql.databaseSize > sizeLimit.bytes
