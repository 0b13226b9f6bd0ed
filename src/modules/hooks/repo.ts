import { type Statement, statement } from '../../db/commit.ts'
import { columns, firstOf, hotRead } from '../../db/hot-read.ts'
import { RUNNABLE, type Runnable } from '../workflows/index.ts'

/**
 * The trigger behind a URL with all that a delivery needs, in one row and so in one question. The triggers of a team
 * whose owner was disabled start nothing.
 */
export type Hook = Runnable & {
  triggerId: string
  triggerKey: string
  /** The trigger as in the current version, JSON. */
  config: string
  secret: string | null
  /** Who made the trigger: nobody signs in to deliver, so its runs count as theirs. */
  createdBy: string | null
}

const COLUMNS = columns<Hook>({
  ...RUNNABLE,
  triggerId: 't.id',
  triggerKey: 't.key',
  config: 't.config',
  secret: 't.secret',
  createdBy: 't.created_by',
})

export const findHook = (d1: D1Database, token: string): Promise<Hook | null> =>
  firstOf(
    d1,
    hotRead(
      COLUMNS,
      `FROM workflow_triggers t JOIN workflows w ON w.id = t.workflow_id
       JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
       JOIN teams te ON te.id = w.team_id JOIN users ow ON ow.id = te.owner_id AND ow.status = 'active'
       WHERE t.token = ?1 AND t.type = 'webhook' AND t.active = 1 AND w.active = 1`,
      [token],
    ),
  )

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

/** Sealed under another key than the current one. */
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

/** Only while it is still the one that was read. */
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
