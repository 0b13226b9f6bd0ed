// A team's audit log for its owner and admins. Queries always use the team's index, whatever the filters, so they never scan
// entries of other teams.
import type { ListOptions } from '../../../db/paginate.ts'
import type { ChainRow } from '../chain.ts'
import { ENTRY_COLUMNS } from './chain.ts'
import { type EntryFilter, seqOf } from './entries.ts'

/** Actions on a user's own account or on the platform, in whichever team they happen. Only the actor sees them. */
const OWN_TYPES = "('user', 'session', 'oauth_identity', 'audit_log', 'day')"

type Where = { where: string[]; params: (string | number)[] }

function conditions(teamId: string, readerId: string, filter: EntryFilter): Where {
  const where = ['team_id = ?', `(target_type NOT IN ${OWN_TYPES} OR +actor_id = ?)`]
  const params: (string | number)[] = [teamId, readerId]
  const also: [string, string | number | undefined][] = [
    ['+actor_id = ?', filter.actor],
    ['+action = ?', filter.action],
    ['+target_id = ?', filter.target],
    ['+created_at >= ?', filter.from],
    ['+created_at < ?', filter.to],
  ]
  for (const [part, value] of also) {
    if (value === undefined) continue
    where.push(part)
    params.push(value)
  }
  return { where, params }
}

export async function findTeamEntries(
  d1: D1Database,
  teamId: string,
  readerId: string,
  filter: EntryFilter,
  options: ListOptions,
): Promise<ChainRow[]> {
  const { where, params } = conditions(teamId, readerId, filter)
  const descending = options.sort.startsWith('-')
  if (options.cursor !== undefined) {
    where.push(`seq ${descending ? '<' : '>'} ?`)
    params.push(seqOf(options.cursor, options.sort))
  }
  const { results } = await d1
    .prepare(
      `SELECT ${ENTRY_COLUMNS} FROM audit_log WHERE ${where.join(' AND ')} ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
    )
    .bind(...params, options.limit + 1)
    .all<ChainRow>()
  return results
}

export async function countTeamEntries(
  d1: D1Database,
  teamId: string,
  readerId: string,
  filter: EntryFilter,
): Promise<number> {
  const { where, params } = conditions(teamId, readerId, filter)
  const row = await d1
    .prepare(`SELECT count(*) AS total FROM audit_log WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ total: number }>()
  return row?.total ?? 0
}
