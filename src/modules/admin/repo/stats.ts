export type Count = { name: string; total: number }

/** Each query uses only an index. The highest `seq` is the number of audit entries, because entries are never deleted. */
export async function countAll(d1: D1Database, now: number) {
  const [roles, statuses, teams, sessions, audit, unsealed, outbox] = await d1.batch<Count>([
    d1.prepare('SELECT role AS name, count(*) AS total FROM users GROUP BY role'),
    d1.prepare('SELECT status AS name, count(*) AS total FROM users GROUP BY status'),
    d1.prepare(
      "SELECT CASE personal WHEN 1 THEN 'personal' ELSE 'shared' END AS name, count(*) AS total FROM teams GROUP BY personal",
    ),
    d1
      .prepare(
        "SELECT 'active' AS name, count(*) AS total FROM sessions WHERE expires_at > ? AND revoked_at IS NULL",
      )
      .bind(now),
    d1.prepare("SELECT 'entries' AS name, COALESCE(max(seq), 0) AS total FROM audit_log"),
    d1.prepare("SELECT 'unsealed' AS name, count(*) AS total FROM audit_log WHERE seal IS NULL"),
    d1.prepare(
      "SELECT status AS name, count(*) AS total FROM outbox WHERE status IN ('pending', 'dead') GROUP BY status",
    ),
  ])
  const read = (result: D1Result<Count> | undefined) =>
    new Map((result?.results ?? []).map(({ name, total }) => [name, total]))
  return {
    roles: read(roles),
    statuses: read(statuses),
    teams: read(teams),
    others: new Map([...read(sessions), ...read(audit), ...read(unsealed), ...read(outbox)]),
  }
}
