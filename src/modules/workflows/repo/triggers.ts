// Rows of triggers. A row belongs to a key of a workflow: its id, token and times survive every version, also one that
// has no such key, so that a restored version has its URLs back.
import { type Statement, statement } from '../../../db/commit.ts'

/** As it comes out of the JSON that `TRIGGERS_OF_WORKFLOW` builds. */
export type TriggerRow = {
  id: string
  key: string
  active: number
  config: string
  token: string | null
  nextFireAt: number | null
  lastFireAt: number | null
  hasSecret: number
}

export type TriggerWrite = {
  /** Taken when the key is new. */
  id: string
  key: string
  type: string
  config: string
  /** Taken when the key has none yet. */
  token: string | null
  eventName: string | null
  nextFireAt: number | null
  /** Sealed for the row's id; undefined leaves what is there. */
  secret?: string
}

/**
 * Makes the rows say what a version says. A trigger is made by who first puts its key into a version. A schedule that was on
 * and keeps its times keeps its next fire, too: one that is due but not yet claimed would otherwise be lost with every change.
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

/** Of these keys the triggers that are there, also those that the current version has not. */
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
