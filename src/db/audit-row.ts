// A row of the audit log as it is inserted. It has no `seq`: D1 assigns it at the commit, so a late entry comes after existing ones,
// and sealed parts of the chain never change.

export type AuditEntry = {
  action: string
  targetType: string
  targetId: string
  /** Without secrets. Contains what changed, not the whole object. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  /** The team whose log it belongs to, if that is not the actor's team. */
  teamId?: string
}

export type AuditRow = AuditEntry & {
  id: string
  teamId: string
  actorId: string | null
  actorKind: 'user' | 'api_key' | 'system' | 'anonymous'
  actorKeyId: string | null
  address: string | null
  userAgent: string | null
  createdAt: number
  requestId: string
}

export const AUDIT_COLUMNS =
  'id, team_id, actor_id, actor_kind, actor_key_id, action, target_type, target_id, before, after, address, user_agent, created_at, request_id'

/** In the order of the columns. */
export const auditValues = (row: AuditRow): (string | number | null)[] => [
  row.id,
  row.teamId,
  row.actorId,
  row.actorKind,
  row.actorKeyId,
  row.action,
  row.targetType,
  row.targetId,
  row.before ? JSON.stringify(row.before) : null,
  row.after ? JSON.stringify(row.after) : null,
  row.address,
  row.userAgent,
  row.createdAt,
  row.requestId,
]

/** For entries that may be inserted twice, after the commit that they describe: they have fixed ids. Many per statement. */
export const insertAuditsOnce = (d1: D1Database, rows: readonly AuditRow[]): D1PreparedStatement => {
  const read = auditValues(rows[0] as AuditRow).map((_, i) => `j.value ->> ${i}`)
  return d1
    .prepare(
      `INSERT INTO audit_log (${AUDIT_COLUMNS}) SELECT ${read.join(', ')} FROM json_each(?1) j
       WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE id = j.value ->> 0)`,
    )
    .bind(JSON.stringify(rows.map(auditValues)))
}

export const insertAuditOnce = (d1: D1Database, row: AuditRow): D1PreparedStatement => {
  const values = auditValues(row)
  const marks = values.map((_, i) => `?${i + 1}`)
  return d1
    .prepare(
      `INSERT INTO audit_log (${AUDIT_COLUMNS}) SELECT ${marks.join(', ')} WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE id = ?1)`,
    )
    .bind(...values)
}
