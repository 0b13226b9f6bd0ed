import { columns, firstOf, hotRead } from '../../db/hot-read.ts'
import { RUNNABLE, type Runnable } from '../workflows/index.ts'

/**
 * The trigger behind a URL with everything that a delivery needs, in one row and one query. Triggers of a team whose owner is
 * disabled start no runs.
 */
export type Hook = Runnable & {
  triggerId: string
  triggerKey: string
  /** The trigger in the current version, as JSON. */
  config: string
  secret: string | null
  /** The trigger's author. Deliveries have no signed-in user, so their runs count as the author's. */
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
