const EXPIRING_TABLES = ['refresh_tokens', 'sessions', 'one_time_tokens', 'oauth_states', 'oauth_tickets']

/** Deletes up to `limit` rows of each table that expired before `before`. */
export const deleteExpired = (d1: D1Database, before: number, limit: number) =>
  d1.batch(
    EXPIRING_TABLES.map((table) =>
      d1
        .prepare(
          `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE expires_at < ? LIMIT ${limit})`,
        )
        .bind(before),
    ),
  )
