// What starts runs. Each answer is one row and so one question to D1: starting is the hot path.
import type { Plan } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { columns, firstOf, type HotRead, hotRead } from '../../../db/hot-read.ts'
import { countSlots } from '../../teams/index.ts'
import { ID_OF_KEY } from './workflows.ts'

/** A workflow with the version asked for, and the team's variables: all that a start needs. */
export type Runnable = {
  id: string
  teamId: string
  name: string
  active: number
  errorWorkflowId: string | null
  version: number
  definition: string
  definitionHash: string
  /** JSON object, null when the team has none. */
  vars: string | null
  plan: Plan
  /** Null before the first of the month. */
  runsThisMonth: number | null
  /** As far as the index knows; counted no further than the largest plan allows. */
  runningRuns: number
}

/** A trigger that may start a run now, with what it starts: the current version. */
export type TriggeredRunnable = Runnable & {
  triggerId: string
  triggerKey: string
  /** The trigger as in the version, JSON. */
  triggerConfig: string
  nextFireAt: number | null
  lastFireAt: number | null
}

/** Of `workflows w` joined with `workflow_versions v`. */
export const RUNNABLE: Record<keyof Runnable, string> = {
  id: 'w.id',
  teamId: 'w.team_id',
  name: 'w.name',
  active: 'w.active',
  errorWorkflowId: 'w.error_workflow_id',
  version: 'v.version',
  definition: 'v.definition',
  definitionHash: 'v.definition_hash',
  vars: '(SELECT json_group_object(x.name, json(x.value)) FROM team_variables x WHERE x.team_id = w.team_id)',
  plan: '(SELECT tm.plan FROM teams tm WHERE tm.id = w.team_id)',
  runsThisMonth: `(SELECT uc.value FROM usage_counters uc
    WHERE uc.team_id = w.team_id AND uc.period = strftime('%Y-%m', 'now') AND uc.metric = 'runs')`,
  runningRuns: countSlots('w.team_id'),
}
const COLUMNS = columns<Runnable>(RUNNABLE)
const TRIGGERED_COLUMNS = columns<TriggeredRunnable>({
  ...RUNNABLE,
  triggerId: 't.id',
  triggerKey: 't.key',
  triggerConfig: 't.config',
  nextFireAt: 't.next_fire_at',
  lastFireAt: 't.last_fire_at',
})

const TRIGGERED = `FROM workflow_triggers t JOIN workflows w ON w.id = t.workflow_id
  JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = w.version
  JOIN teams te ON te.id = w.team_id JOIN users ow ON ow.id = te.owner_id AND ow.status = 'active'`

export const findRunnable = (
  teamId: string,
  workflowId: string,
  version: number | null = null,
): HotRead<Runnable> =>
  hotRead(
    COLUMNS,
    `FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = COALESCE(?3, w.version)
     WHERE w.id = ?1 AND w.team_id = ?2`,
    [workflowId, teamId, version],
  )

export const loadRunnable = (
  d1: D1Database,
  teamId: string,
  workflowId: string,
  version: number | null = null,
): Promise<Runnable | null> => firstOf(d1, findRunnable(teamId, workflowId, version))

/** The current version of the workflow that the team calls by this key, or another version of it. */
export const loadRunnableByKey = (
  d1: D1Database,
  teamId: string,
  key: string,
  version: number | null = null,
): Promise<Runnable | null> =>
  firstOf(
    d1,
    hotRead(
      COLUMNS,
      `FROM workflows w JOIN workflow_versions v ON v.workflow_id = w.id AND v.version = COALESCE(?3, w.version)
       WHERE w.id = ${ID_OF_KEY}`,
      [key, teamId, version],
    ),
  )

export type EventTrigger = {
  triggerId: string
  triggerKey: string
  workflowId: string
  pattern: string
  config: string
}

/** Those that name the event, and all whose name is a pattern: `matchesEvent` tells which of them fit. */
export async function findEventTriggers(
  d1: D1Database,
  teamId: string,
  name: string,
): Promise<EventTrigger[]> {
  const { results } = await d1
    .prepare(
      `SELECT id AS triggerId, key AS triggerKey, workflow_id AS workflowId, event_name AS pattern, config FROM workflow_triggers
       WHERE team_id = ?1 AND type = 'event' AND active = 1 AND (event_name = ?2 OR instr(event_name, '*') > 0)
       ORDER BY id`,
    )
    .bind(teamId, name)
    .all<EventTrigger>()
  return results
}

/** For the consumer of a fire or an event: what the trigger starts, unless it was switched off meanwhile. */
export const loadTriggered = (d1: D1Database, triggerId: string): Promise<TriggeredRunnable | null> =>
  firstOf(d1, hotRead(TRIGGERED_COLUMNS, `${TRIGGERED} WHERE t.id = ?1 AND t.active = 1`, [triggerId]))

export type DueSchedule = {
  triggerId: string
  teamId: string
  workflowId: string
  config: string
  nextFireAt: number
  lastFireAt: number | null
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

/** Two ticks that found the same fire: the second changes no row. */
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
