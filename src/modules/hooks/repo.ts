import type { Plan } from '../../core/plans.ts'
import { type Statement, statement } from '../../db/commit.ts'
import { RUNNABLE, type Runnable } from '../executions/index.ts'

/** The trigger behind a URL with all that a delivery needs, in one row and so in one question. */
export type Hook = Runnable & {
  triggerId: string
  triggerKey: string
  /** The trigger as in the current version, JSON. */
  config: string
  secret: string | null
  plan: Plan
}

export const findHook = (d1: D1Database, token: string): Promise<Hook | null> =>
  d1
    .prepare(
      `SELECT ${RUNNABLE}, t.id AS triggerId, t.key AS triggerKey, t.config, t.secret, te.plan
       FROM workflow_triggers t JOIN workflows w ON w.id = t.workflow_id
       JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
       JOIN teams te ON te.id = w.team_id
       WHERE t.token = ? AND t.type = 'webhook' AND t.active = 1 AND w.active = 1`,
    )
    .bind(token)
    .first<Hook>()

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
