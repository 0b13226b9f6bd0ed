import type { ChainLink, ChainRow } from '../chain.ts'

const columns = (table: string): string =>
  `${table}.seq, ${table}.id, ${table}.team_id AS teamId, ${table}.actor_id AS actorId, ${table}.actor_kind AS actorKind,
  ${table}.actor_key_id AS actorKeyId, ${table}.action, ${table}.target_type AS targetType, ${table}.target_id AS targetId,
  ${table}.before, ${table}.after, ${table}.address, ${table}.user_agent AS userAgent, ${table}.request_id AS requestId,
  ${table}.created_at AS createdAt, ${table}.seal`

export const ENTRY_COLUMNS = columns('audit_log')

export type Unsealed = { head: ChainLink | null; row: ChainRow }

type UnsealedRow = ChainRow & { headSeq: number | null; headEntries: number; headSeal: string }

/**
 * The oldest unsealed entries of all teams, each with its team's newest seal at that moment. An unsealed entry before the
 * team's newest seal was inserted later; it is left for verification to report.
 */
export async function findUnsealed(d1: D1Database, limit: number): Promise<Unsealed[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${columns('a')}, s.sealed_seq AS headSeq, s.entries AS headEntries, s.seal AS headSeal
       FROM audit_log a LEFT JOIN audit_seals s ON s.team_id = a.team_id
       WHERE a.seal IS NULL AND a.seq > COALESCE(s.sealed_seq, 0) ORDER BY a.seq LIMIT ?`,
    )
    .bind(limit)
    .all<UnsealedRow>()
  return results.map(({ headSeq, headEntries, headSeal, ...row }) => ({
    head: headSeq === null ? null : { seq: headSeq, entries: headEntries, seal: headSeal },
    row,
  }))
}

export type Sealing = { teamId: string; head: ChainLink | null; links: [ChainLink, ...ChainLink[]] }

/**
 * Advances the team's newest seal if it is still `head`, and only then writes the entries' seals. Of two concurrent sealers
 * one changes nothing.
 */
export function sealEntries(
  d1: D1Database,
  { teamId, head, links }: Sealing,
  now: number,
): D1PreparedStatement[] {
  const last = links.at(-1) ?? links[0]
  return [
    d1
      .prepare(
        `INSERT INTO audit_seals (team_id, sealed_seq, entries, seal, sealed_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (team_id) DO UPDATE SET sealed_seq = excluded.sealed_seq, entries = excluded.entries, seal = excluded.seal,
           sealed_at = excluded.sealed_at
         WHERE audit_seals.seal = ?6 AND audit_seals.sealed_seq = ?7`,
      )
      .bind(teamId, last.seq, last.entries, last.seal, now, head?.seal ?? null, head?.seq ?? null),
    d1
      .prepare(
        `UPDATE audit_log SET seal = fresh.value ->> 1 FROM json_each(?1) AS fresh
         WHERE audit_log.seq = fresh.value ->> 0 AND audit_log.seal IS NULL
           AND EXISTS (SELECT 1 FROM audit_seals WHERE team_id = ?2 AND seal = ?3)`,
      )
      .bind(JSON.stringify(links.map(({ seq, seal }) => [seq, seal])), teamId, last.seal),
  ]
}

export const findNewestSeal = (d1: D1Database, teamId: string): Promise<ChainLink | null> =>
  d1
    .prepare('SELECT sealed_seq AS seq, entries, seal FROM audit_seals WHERE team_id = ?')
    .bind(teamId)
    .first<ChainLink>()

export async function findChain(
  d1: D1Database,
  teamId: string,
  afterSeq: number,
  limit: number,
): Promise<ChainRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${ENTRY_COLUMNS} FROM audit_log WHERE team_id = ? AND seq > ? ORDER BY seq LIMIT ?`)
    .bind(teamId, afterSeq, limit)
    .all<ChainRow>()
  return results
}

/** The next teams in order that have entries or a seal. The recursive part skips from team to team in the index. */
export async function findTeamsWithLog(d1: D1Database, after: string, limit: number): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `WITH RECURSIVE leaps(team) AS (
         SELECT min(team_id) FROM audit_log WHERE team_id > ?1
         UNION ALL
         SELECT (SELECT min(team_id) FROM audit_log WHERE team_id > team) FROM leaps WHERE team IS NOT NULL LIMIT ?2
       )
       SELECT team FROM leaps WHERE team IS NOT NULL
       UNION
       SELECT team FROM (SELECT team_id AS team FROM audit_seals WHERE team_id > ?1 ORDER BY team_id LIMIT ?2)`,
    )
    .bind(after, limit)
    .all<{ team: string }>()
  return results.map(({ team }) => team)
}

export const isTeam = async (d1: D1Database, teamId: string): Promise<boolean> =>
  (await d1.prepare('SELECT 1 AS found FROM teams WHERE id = ?').bind(teamId).first()) !== null
