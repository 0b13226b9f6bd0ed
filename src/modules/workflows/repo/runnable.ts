// Finds what starts a run. Each lookup returns one row and takes one query to D1, because starting is a hot path.
import type { Plan } from '../../../core/plans.ts'
import { columns, firstOf, type HotRead, hotRead } from '../../../db/hot-read.ts'
import { countSlots, freeSlotsSql } from '../../usage/index.ts'
import { ID_OF_KEY } from './workflows.ts'

/** A workflow with the requested version, and the team's variables: everything a start needs. */
export type Runnable = {
  id: string
  teamId: string
  name: string
  active: number
  errorWorkflowId: string | null
  version: number
  definition: string
  definitionHash: string
  /** A JSON object; null if the team has no variables. */
  vars: string | null
  plan: Plan
  /** Null before the first run of the month. */
  runsThisMonth: number | null
  /** From the run index. Counting stops at the limit of the largest plan. */
  runningRuns: number
}

/** A trigger that may start a run now, with the current version of its workflow. */
export type TriggeredRunnable = Runnable & {
  triggerId: string
  triggerKey: string
  /** The trigger as stored in the version, as JSON. */
  triggerConfig: string
  nextFireAt: number | null
  lastFireAt: number | null
}

/** Columns of `workflows w` joined with `workflow_versions v`. */
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

/** What a start needs to know about the team, for a run without a stored workflow. */
export type TeamStart = Pick<Runnable, 'vars' | 'plan' | 'runsThisMonth' | 'runningRuns'> & {
  freeSlots: number
}

const ofTeam = (sql: string): string => sql.replaceAll('w.team_id', 'w.id')
const TEAM_START = columns<TeamStart>({
  vars: ofTeam(RUNNABLE.vars),
  plan: 'w.plan',
  runsThisMonth: ofTeam(RUNNABLE.runsThisMonth),
  runningRuns: ofTeam(RUNNABLE.runningRuns),
  freeSlots: freeSlotsSql('w.id'),
})

export const findTeamStart = (d1: D1Database, teamId: string): Promise<TeamStart | null> =>
  firstOf(d1, hotRead(TEAM_START, 'FROM teams w WHERE w.id = ?1', [teamId]))

/** The workflow with this key in the team, in its current version or another one. */
export const findRunnableByKey = (
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

/** For the consumer of a fire or an event: what the trigger starts, unless it has been switched off since. */
export const findTriggered = (d1: D1Database, triggerId: string): Promise<TriggeredRunnable | null> =>
  firstOf(d1, hotRead(TRIGGERED_COLUMNS, `${TRIGGERED} WHERE t.id = ?1 AND t.active = 1`, [triggerId]))
