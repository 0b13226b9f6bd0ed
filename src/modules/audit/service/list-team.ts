import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import type { ChainRow } from '../chain.ts'
import { findNames, type Names } from '../repo/names.ts'
import { countTeamEntries, findTeamEntries } from '../repo/team-entries.ts'
import type { ListTeamAuditLogs, TeamAuditEntry } from '../schema.ts'

/** Target types whose id is a user id. */
const USER_TARGETS = new Set(['user', 'member'])

export async function listTeamAuditLogs(
  ctx: ServiceContext,
  query: ListTeamAuditLogs,
): Promise<Page<TeamAuditEntry>> {
  const { DB } = ctx.env
  const { teamId, userId } = ctx.actor
  const rows = await findTeamEntries(DB, teamId, userId, query, query)
  const names = await findNames(DB, teamId, idsIn(rows))
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.seq, id: row.id }),
    (row) => toTeamEntry(row, names),
  )
  return query.count ? { ...page, total: await countTeamEntries(DB, teamId, userId, query) } : page
}

function idsIn(rows: readonly ChainRow[]): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>([['user', new Set()]])
  const addId = (kind: string, id: string | null): void => {
    if (id === null) return
    const known = ids.get(kind)
    if (known) known.add(id)
    else ids.set(kind, new Set([id]))
  }
  for (const { actorId, actorKeyId, targetType, targetId } of rows) {
    addId('user', actorId)
    addId('api_key', actorKeyId)
    addId(USER_TARGETS.has(targetType) ? 'user' : targetType, targetId)
  }
  return ids
}

function toTeamEntry(row: ChainRow, { people, things }: Names): TeamAuditEntry {
  const { actorId, actorKind, actorKeyId, targetType, targetId } = row
  const actor = actorId === null ? undefined : people.get(actorId)
  const nameOf = (kind: string, id: string): string | null =>
    (USER_TARGETS.has(kind) ? people.get(id)?.name : things.get(kind)?.get(id)) ?? null
  const showsDevice = actor?.isMember === 1
  return {
    id: row.id,
    action: row.action,
    actor: {
      kind: actorKind as TeamAuditEntry['actor']['kind'],
      id: actorId,
      name: actor?.name ?? null,
      key: actorKeyId === null ? null : { id: actorKeyId, name: nameOf('api_key', actorKeyId) },
    },
    target: { type: targetType, id: targetId, name: nameOf(targetType, targetId) },
    before: row.before === null ? null : (JSON.parse(row.before) as Record<string, unknown>),
    after: row.after === null ? null : (JSON.parse(row.after) as Record<string, unknown>),
    address: showsDevice ? row.address : null,
    userAgent: showsDevice ? row.userAgent : null,
    requestId: row.requestId,
    createdAt: toIso(row.createdAt),
  }
}
