// Rows of triggers. A row belongs to a trigger key of a workflow. Its id, token and times survive every version, even versions
// without that key, so restoring a version restores its URLs.
import type { workflowTriggers } from '../../db/schema/index.ts'
import { type Statement, statement } from '../../db/statement.ts'
import type { Stored } from '../../db/stored.ts'

/** As in the JSON that `TRIGGERS_OF_WORKFLOW` builds. */
export type TriggerRow = Pick<
  Stored<typeof workflowTriggers.$inferSelect>,
  'id' | 'key' | 'active' | 'config' | 'token' | 'nextFireAt' | 'lastFireAt'
> & {
  hasSecret: number
}

export type TriggerWrite = {
  /** Used if the key is new. */
  id: string
  key: string
  type: string
  config: string
  /** Used if the key has no token yet. */
  token: string | null
  eventName: string | null
  nextFireAt: number | null
  /** Encrypted for the row's id. Undefined keeps the current secret. */
  secret?: string
}

/**
 * Updates the rows to match a version. The creator of a trigger is the person who first saves a version with its key. An active
 * schedule with unchanged times keeps its next fire. Otherwise each change would lose a fire that is due but not yet claimed.
 */
export function syncTriggers(
  where: { workflowId: string; teamId: string; active: boolean; by: string; now: number },
  triggers: TriggerWrite[],
): Statement[] {
  const { workflowId, teamId, active, by, now } = where
  const keys = JSON.stringify(triggers.map(({ key }) => key))
  const retire = statement(
    `UPDATE workflow_triggers SET position = NULL, active = 0, next_fire_at = NULL
     WHERE workflow_id = ? AND position IS NOT NULL AND key NOT IN (SELECT value FROM json_each(?))`,
    workflowId,
    keys,
  )
  if (triggers.length === 0) return [retire]
  const same = (field: string) =>
    `json_extract(workflow_triggers.config, '$.${field}') IS json_extract(excluded.config, '$.${field}')`
  const upsert = statement(
    `INSERT INTO workflow_triggers (id, workflow_id, team_id, key, type, active, config, token, event_name, next_fire_at, created_at, position, secret, created_by)
     SELECT value ->> 'id', ?2, ?3, value ->> 'key', value ->> 'type', ?4, value ->> 'config', value ->> 'token', value ->> 'eventName',
       value ->> 'nextFireAt', ?5, key, value ->> 'secret', ?6 FROM json_each(?1) WHERE true
     ON CONFLICT (workflow_id, key) DO UPDATE SET
       type = excluded.type, active = excluded.active, config = excluded.config, event_name = excluded.event_name,
       token = COALESCE(workflow_triggers.token, excluded.token), position = excluded.position,
       created_by = CASE WHEN workflow_triggers.position IS NULL OR workflow_triggers.type <> excluded.type
         THEN excluded.created_by ELSE workflow_triggers.created_by END,
       secret = COALESCE(excluded.secret, workflow_triggers.secret),
       next_fire_at = CASE
         WHEN excluded.next_fire_at IS NOT NULL AND workflow_triggers.next_fire_at IS NOT NULL AND workflow_triggers.active = 1
           AND ${same('cron')} AND ${same('everyMs')} AND ${same('timezone')}
         THEN workflow_triggers.next_fire_at ELSE excluded.next_fire_at END`,
    JSON.stringify(triggers),
    workflowId,
    teamId,
    active ? 1 : 0,
    now,
    by,
  )
  return [retire, upsert]
}

export type SecretRow = { id: string; key: string; secret: string | null }

/** The existing triggers with these keys, including those that the current version does not have. */
export async function findSecrets(
  d1: D1Database,
  workflowId: string,
  keys: readonly string[],
): Promise<SecretRow[]> {
  const { results } = await d1
    .prepare(
      'SELECT id, key, secret FROM workflow_triggers WHERE workflow_id = ? AND key IN (SELECT value FROM json_each(?))',
    )
    .bind(workflowId, JSON.stringify(keys))
    .all<SecretRow>()
  return results
}

export const findTrigger = (
  d1: D1Database,
  teamId: string,
  workflowId: string,
  key: string,
): Promise<{ id: string; type: string } | null> =>
  d1
    .prepare('SELECT id, type FROM workflow_triggers WHERE workflow_id = ? AND key = ? AND team_id = ?')
    .bind(workflowId, key, teamId)
    .first()

export const setTriggerSecret = (teamId: string, triggerId: string, sealed: string): Statement =>
  statement(
    "UPDATE workflow_triggers SET secret = ? WHERE id = ? AND team_id = ? AND type = 'webhook'",
    sealed,
    triggerId,
    teamId,
  )

export type SealedTrigger = { id: string; teamId: string; secret: string }

/** Triggers whose secret is encrypted with a previous key. */
export async function findTriggersToRewrap(
  d1: D1Database,
  currentKeyId: string,
  limit: number,
): Promise<SealedTrigger[]> {
  const { results } = await d1
    .prepare(
      'SELECT id, team_id AS teamId, secret FROM workflow_triggers WHERE secret IS NOT NULL AND secret NOT LIKE ? LIMIT ?',
    )
    .bind(`v1.${currentKeyId}.%`, limit)
    .all<SealedTrigger>()
  return results
}

/** Only if the secret has not changed since it was read. */
export async function replaceTriggerSecret(
  d1: D1Database,
  id: string,
  before: string,
  after: string,
): Promise<void> {
  await d1
    .prepare('UPDATE workflow_triggers SET secret = ?3 WHERE id = ?1 AND secret = ?2')
    .bind(id, before, after)
    .run()
}

export type EventTrigger = {
  triggerId: string
  triggerKey: string
  workflowId: string
  pattern: string
  config: string
  /** Of the workflow. */
  isolation: string | null
}

/** Triggers for this event name, and all triggers with a pattern. `matchesEvent` decides which patterns match. */
export async function findEventTriggers(
  d1: D1Database,
  teamId: string,
  name: string,
): Promise<EventTrigger[]> {
  const { results } = await d1
    .prepare(
      `SELECT id AS triggerId, key AS triggerKey, workflow_id AS workflowId, event_name AS pattern, config,
         (SELECT json_extract(v.definition, '$.settings.isolation') FROM workflows w
            JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version WHERE w.id = workflow_triggers.workflow_id) AS isolation
       FROM workflow_triggers
       WHERE team_id = ?1 AND type = 'event' AND active = 1 AND (event_name = ?2 OR instr(event_name, '*') > 0)
       ORDER BY id`,
    )
    .bind(teamId, name)
    .all<EventTrigger>()
  return results
}

export type DueSchedule = {
  triggerId: string
  teamId: string
  workflowId: string
  config: string
  nextFireAt: number
  lastFireAt: number | null
}

export type UpcomingRow = {
  key: string
  config: string
  nextFireAt: number
  workflowId: string
  workflowName: string
}

export async function findUpcoming(
  d1: D1Database,
  where: { teamId: string; workflowId: string | null; limit: number },
): Promise<UpcomingRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT t.key AS key, t.config AS config, t.next_fire_at AS nextFireAt, w.id AS workflowId, w.name AS workflowName
       FROM workflow_triggers t JOIN workflows w ON w.id = t.workflow_id
       WHERE t.team_id = ?1 AND t.type = 'schedule' AND t.active = 1 AND t.next_fire_at IS NOT NULL
         AND (?2 IS NULL OR t.workflow_id = ?2)
       ORDER BY t.next_fire_at, t.id LIMIT ?3`,
    )
    .bind(where.teamId, where.workflowId, where.limit)
    .all<UpcomingRow>()
  return results
}

export async function findDueSchedules(d1: D1Database, now: number, limit: number): Promise<DueSchedule[]> {
  const { results } = await d1
    .prepare(
      `SELECT id AS triggerId, team_id AS teamId, workflow_id AS workflowId, config, next_fire_at AS nextFireAt, last_fire_at AS lastFireAt
       FROM workflow_triggers WHERE next_fire_at <= ?1 AND type = 'schedule' AND active = 1 ORDER BY next_fire_at LIMIT ?2`,
    )
    .bind(now, limit)
    .all<DueSchedule>()
  return results
}

/** If two ticks find the same fire, the second changes no row. */
export const claimSchedule = (
  due: DueSchedule,
  nextFireAt: number | null,
  firedAt: number | null,
): Statement =>
  statement(
    `UPDATE workflow_triggers SET next_fire_at = ?1, last_fire_at = COALESCE(?2, last_fire_at)
     WHERE id = ?3 AND next_fire_at = ?4 AND active = 1`,
    nextFireAt,
    firedAt,
    due.triggerId,
    due.nextFireAt,
  )
