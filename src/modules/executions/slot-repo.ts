// The slots of a team: `concurrentRuns` of its plan, kept in the index of runs. Invariants:
// 1. A slot is taken by one conditional statement, so of starts at the same moment no more begin than there are slots.
// 2. A trigger's start takes its slot before the run is there. The row it leaves has the seq 0: the run's first report
//    replaces it, and one that no report has replaced in time is removed by the sweep.
// 3. The report that frees a slot gives it, in the same batch, to the run that has been in line longest.
import { MINUTE_MS } from '../../core/clock.ts'
import { freeSlots } from '../teams/index.ts'

/** A start takes less, and so does its run's first report. */
const UNCLAIMED_MS = 3 * MINUTE_MS
/** By then the sweep asks a run that was given a slot whether it has begun. */
const TOLD_BY_MS = MINUTE_MS
/** Runs that one report lets in: more only after a change of plan, and then the sweep goes on. */
const MOST_LET_IN = 50

export type NewSlot = {
  runId: string
  teamId: string
  workflowId: string | null
  workflowVersion: number
  workflowName: string
  triggerType: string
  triggerKey: string | null
  startedBy: string | null
}

const TAKE = `INSERT INTO runs (id, team_id, workflow_id, workflow_version, workflow_name, status, trigger_type, trigger_key, started_by,
    seq, created_at, wake_by, slot)
  SELECT ?1, ?2, ?3, ?4, ?5, 'queued', ?6, ?7, ?8, 0, ?9, ?10, ?1 WHERE ${freeSlots('?2')} > 0
  ON CONFLICT (id) DO NOTHING`

/** `known` is a run that has begun, waits in line or was deleted: it needs no slot of this start. */
export async function takeSlot(
  d1: D1Database,
  run: NewSlot,
  now: number,
): Promise<'taken' | 'full' | 'known'> {
  const [, found] = await d1.batch<{ seq: number; slot: string | null }>([
    d1
      .prepare(TAKE)
      .bind(
        run.runId,
        run.teamId,
        run.workflowId,
        run.workflowVersion,
        run.workflowName,
        run.triggerType,
        run.triggerKey,
        run.startedBy,
        now,
        now + UNCLAIMED_MS,
      ),
    d1.prepare('SELECT seq, slot FROM runs WHERE id = ?').bind(run.runId),
  ])
  const row = found?.results[0]
  if (row === undefined) return 'full'
  return row.seq === 0 && row.slot === run.runId ? 'taken' : 'known'
}

/** Those of these runs that are there, as far as the index knows. */
export async function findBegun(d1: D1Database, runIds: readonly string[]): Promise<Set<string>> {
  const { results } = await d1
    .prepare('SELECT r.id FROM json_each(?) i CROSS JOIN runs r WHERE r.id = i.value AND r.seq > 0')
    .bind(JSON.stringify(runIds))
    .all<{ id: string }>()
  return new Set(results.map(({ id }) => id))
}

/** Of a start that was refused. */
export async function giveSlotBack(d1: D1Database, runId: string): Promise<void> {
  await d1.prepare('DELETE FROM runs WHERE id = ? AND seq = 0 AND slot = id').bind(runId).run()
}

/** Of starts that were lost on the way. A run that is there all the same comes back with its next report. */
export async function dropUnclaimedSlots(d1: D1Database, now: number): Promise<void> {
  await d1.prepare('DELETE FROM runs WHERE wake_by <= ? AND seq = 0 AND slot = id').bind(now).run()
}

const LET_IN = `UPDATE runs SET slot = id, line_since = NULL, wake_by = ?2
  WHERE id IN (SELECT id FROM runs WHERE team_id = ?1 AND line_since IS NOT NULL ORDER BY line_since, id
    LIMIT CASE WHEN EXISTS (SELECT 1 FROM runs WHERE team_id = ?1 AND line_since IS NOT NULL)
      THEN min(${MOST_LET_IN}, max(0, coalesce(${freeSlots('?1')}, 0))) ELSE 0 END)
  RETURNING id`

/** Answers with the runs that have a slot now, and are to be told. */
export const letIn = (d1: D1Database, teamId: string, now: number): D1PreparedStatement =>
  d1.prepare(LET_IN).bind(teamId, now + TOLD_BY_MS)

const MOST_TEAMS = 100

/** Lets in whoever no report has let in: after a change of plan, or when a run was removed by force. */
export async function letInEverywhere(d1: D1Database, now: number): Promise<string[]> {
  const { results: teams } = await d1
    .prepare('SELECT DISTINCT team_id AS teamId FROM runs WHERE line_since IS NOT NULL LIMIT ?')
    .bind(MOST_TEAMS)
    .all<{ teamId: string }>()
  if (teams.length === 0) return []
  const answers = await d1.batch<{ id: string }>(teams.map(({ teamId }) => letIn(d1, teamId, now)))
  return answers.flatMap(({ results }) => results.map(({ id }) => id))
}
