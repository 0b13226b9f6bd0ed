import { decodeCursor } from '../../../core/cursor.ts'
import type { Plan } from '../../../core/plans.ts'
import { columns, type HotRead, hotList } from '../../../db/hot-read.ts'
import type { ListOptions } from '../../../db/paginate.ts'
import type { runs } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'
import type { RunKind } from '../../../objects/workflow-run.ts'
import { countSlots } from '../../usage/index.ts'
import { labelOfField, labelOfTag } from '../labels.ts'
import type { RUN_STATUSES } from '../schema.ts'

export type Room = { plan: Plan; runsThisMonth: number | null; runningRuns: number }

export type RunRow = Pick<
  Stored<typeof runs.$inferSelect>,
  | 'id'
  | 'subjectId'
  | 'workflowId'
  | 'workflowName'
  | 'workflowVersion'
  | 'triggerType'
  | 'triggerKey'
  | 'title'
  | 'startedBy'
  | 'cancelledBy'
  | 'parentRunId'
  | 'mocked'
  | 'tags'
  | 'metadata'
  | 'progress'
  | 'waitingFor'
  | 'error'
  | 'costMicroUsd'
  | 'inputTokens'
  | 'outputTokens'
  | 'cachedTokens'
  | 'reasoningTokens'
  | 'unpricedCalls'
  | 'createdAt'
  | 'startedAt'
  | 'finishedAt'
  | 'durationMs'
> & {
  kind: RunKind
  status: (typeof RUN_STATUSES)[number]
}

export type RunFilter = {
  q?: string | undefined
  status?: readonly string[] | undefined
  kind?: RunKind | undefined
  subjectId?: string | undefined
  workflowId?: string | undefined
  trigger?: string | undefined
  parentRunId?: string | undefined
  tag?: string | undefined
  /** `name:value` */
  metadata?: string | undefined
  errorCode?: string | undefined
  /** Leaves out runs that were retried or rerun. */
  onlyLatest?: boolean | undefined
  from?: string | undefined
  to?: string | undefined
}

const COLUMNS = columns<RunRow>({
  id: 'id',
  kind: 'kind',
  subjectId: 'subject_id',
  workflowId: 'workflow_id',
  workflowName: 'workflow_name',
  workflowVersion: 'workflow_version',
  status: 'status',
  triggerType: 'trigger_type',
  triggerKey: 'trigger_key',
  title: 'title',
  startedBy: 'started_by',
  cancelledBy: 'cancelled_by',
  parentRunId: 'parent_run_id',
  mocked: 'mocked',
  tags: 'tags',
  metadata: 'metadata',
  progress: 'progress',
  waitingFor: 'waiting_for',
  error: 'error',
  costMicroUsd: 'cost_micro_usd',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cachedTokens: 'cached_tokens',
  reasoningTokens: 'reasoning_tokens',
  unpricedCalls: 'unpriced_calls',
  createdAt: 'runs.created_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  durationMs: 'duration_ms',
})

const STATUS_COLUMNS = columns<{ status: string; runs: number }>({ status: 'status', runs: 'count(*)' })

export function findRuns(teamId: string, filter: RunFilter, options: ListOptions): HotRead<RunRow> {
  const { from, order, where, params } = conditions(teamId, filter)
  const descending = options.sort.startsWith('-')
  if (options.cursor !== undefined) {
    const at = decodeCursor(options.cursor, options.sort)
    where.push(`(${order}) ${descending ? '<' : '>'} (?, ?)`)
    params.push(at.value, at.id)
  }
  const direction = descending ? 'DESC' : 'ASC'
  return hotList(
    COLUMNS,
    `FROM ${from} WHERE ${where.join(' AND ')} ORDER BY ${order.replace(',', ` ${direction},`)} ${direction}`,
    params,
    options.limit + 1,
  )
}

/** The columns that the list of a workflow's runs needs. */
export const findRoom = (d1: D1Database, teamId: string): Promise<Room | null> =>
  d1
    .prepare(
      `SELECT plan, (${RUNS_THIS_MONTH}) AS runsThisMonth, ${countSlots('tm.id')} AS runningRuns FROM teams tm WHERE tm.id = ?`,
    )
    .bind(teamId)
    .first<Room>()

const RUNS_THIS_MONTH = `SELECT uc.value FROM usage_counters uc
  WHERE uc.team_id = tm.id AND uc.period = strftime('%Y-%m', 'now') AND uc.metric = 'runs'`

export async function countRuns(d1: D1Database, teamId: string, filter: RunFilter): Promise<number> {
  const { from, where, params } = conditions(teamId, filter)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM ${from} WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export function countByStatus(teamId: string, filter: RunFilter): HotRead<{ status: string; runs: number }> {
  const { from, where, params } = conditions(teamId, filter)
  return hotList(STATUS_COLUMNS, `FROM ${from} WHERE ${where.join(' AND ')} GROUP BY status`, params, 100)
}

export async function isMember(d1: D1Database, teamId: string, userId: string): Promise<boolean> {
  const row = await d1
    .prepare('SELECT 1 AS one FROM team_members WHERE team_id = ? AND user_id = ?')
    .bind(teamId, userId)
    .first()
  return row !== null
}

/** The run that was started with this key, even if it has been deleted. */
export async function findStarted(d1: D1Database, teamId: string, startKey: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT id FROM runs WHERE team_id = ? AND start_key = ?')
    .bind(teamId, startKey)
    .first<{ id: string }>()
  return row?.id ?? null
}

export async function teamOfRun(d1: D1Database, runId: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT team_id AS teamId FROM runs WHERE id = ? AND deleted_at IS NULL')
    .bind(runId)
    .first<{ teamId: string }>()
  return row?.teamId ?? null
}

/**
 * Whether sub-workflows of this run have asked people, or those of a run that it follows: it keeps the answers given there.
 */
export async function haveSubRunsAsked(d1: D1Database, runId: string): Promise<boolean> {
  const row = await d1
    .prepare(
      `WITH RECURSIVE chain(id) AS (
         SELECT ?1 UNION
         SELECT r.parent_run_id FROM chain JOIN runs r ON r.id = chain.id
         WHERE r.trigger_type IN ('retry', 'rerun') AND r.parent_run_id IS NOT NULL
       ), sub(id) AS (
         SELECT r.id FROM chain CROSS JOIN runs r ON r.parent_run_id = chain.id AND r.trigger_type = 'workflow' UNION
         SELECT r.id FROM sub CROSS JOIN runs r ON r.parent_run_id = sub.id
       )
       SELECT 1 AS one FROM sub CROSS JOIN approvals a ON a.run_id = sub.id LIMIT 1`,
    )
    .bind(runId)
    .first()
  return row !== null
}

export type FoundRun = Pick<RunRow, 'id' | 'title' | 'workflowName' | 'status' | 'createdAt'>

/** Searches only the newest runs, so that the cost does not grow with the team. A full id finds a run of any age. */
const SEARCHED_RUNS = 2_000

/** `text` must be lower case. */
export async function searchRuns(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundRun[]> {
  const columns = 'id, title, workflow_name AS workflowName, status, created_at AS createdAt'
  const { results } = await d1
    .prepare(
      `SELECT ${columns} FROM runs WHERE id = ?2 AND team_id = ?1 AND deleted_at IS NULL
       UNION ALL
       SELECT * FROM (
         SELECT * FROM (SELECT ${columns} FROM runs WHERE team_id = ?1 AND deleted_at IS NULL
           ORDER BY created_at DESC, id DESC LIMIT ${SEARCHED_RUNS}) newest
         WHERE id <> ?2 AND (instr(lower(COALESCE(title, '') || char(10) || workflowName), ?2) > 0
           OR (length(?2) >= 4 AND substr(id, -length(?2)) = ?2))
         LIMIT ?3)
       LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundRun>()
  return results
}

type Conditions = { from: string; order: string; where: string[]; params: (string | number)[] }

/** What the index knows about a run that does not respond; null if it does not exist or was deleted. */
export const findSilence = (
  d1: D1Database,
  runId: string,
): Promise<{ teamId: string; finishedAt: number | null; stuckSince: number | null } | null> =>
  d1
    .prepare(
      'SELECT team_id AS teamId, finished_at AS finishedAt, stuck_since AS stuckSince FROM runs WHERE id = ? AND deleted_at IS NULL',
    )
    .bind(runId)
    .first()

/** For callers that wait for a run that does not respond: whether it has been deleted. */
export async function isDeleted(d1: D1Database, runId: string): Promise<boolean> {
  const row = await d1
    .prepare('SELECT 1 FROM runs WHERE id = ? AND deleted_at IS NOT NULL')
    .bind(runId)
    .first()
  return row !== null
}

function conditions(teamId: string, filter: RunFilter): Conditions {
  const [label, ...otherLabels] = [
    ...(filter.tag === undefined ? [] : [labelOfTag(filter.tag)]),
    ...(filter.metadata === undefined ? [] : [labelOfField(filter.metadata)]),
  ]
  const byLabel = label !== undefined
  const where = byLabel
    ? ['l.team_id = ?', 'l.label = ?', 'runs.team_id = l.team_id', 'deleted_at IS NULL']
    : ['runs.team_id = ?', 'deleted_at IS NULL']
  const params: (string | number)[] = byLabel ? [teamId, label] : [teamId]
  const times = byLabel ? 'l.created_at' : 'runs.created_at'
  const equal: [string, string | undefined][] = [
    ['kind', filter.kind],
    ['subject_id', filter.subjectId],
    ['workflow_id', filter.workflowId],
    ['trigger_type', filter.trigger],
    ['parent_run_id', filter.parentRunId],
  ]
  for (const [column, value] of equal) {
    if (value === undefined) continue
    where.push(`${column} = ?`)
    params.push(value)
  }
  // Uses the values of the index, so that only those can match.
  if (filter.kind !== undefined && filter.kind !== 'workflow') where.push("kind <> 'workflow'")
  if (filter.status !== undefined) {
    where.push(`status IN (${filter.status.map(() => '?').join(', ')})`)
    params.push(...filter.status)
  }
  if (filter.errorCode !== undefined) {
    where.push("json_extract(error, '$.code') = ?")
    params.push(filter.errorCode)
  }
  if (filter.q !== undefined) {
    // Not LIKE: it limits patterns to 50 bytes and treats % and _ specially.
    where.push(`(instr(lower(COALESCE(title, '') || char(10) || workflow_name), ?) > 0 OR substr(id, -length(?)) = ?
      OR instr(lower(COALESCE(json_extract(error, '$.code') || char(10) || json_extract(error, '$.message'), '')), ?) > 0)`)
    const text = filter.q.toLowerCase()
    params.push(text, text, text, text)
  }
  if (filter.onlyLatest) {
    where.push(
      "NOT EXISTS (SELECT 1 FROM runs f WHERE f.parent_run_id = runs.id AND f.trigger_type IN ('retry', 'rerun') AND f.deleted_at IS NULL)",
    )
  }
  for (const other of otherLabels) {
    where.push('EXISTS (SELECT 1 FROM run_labels o WHERE o.run_id = runs.id AND o.label = ?)')
    params.push(other)
  }
  if (filter.from !== undefined) {
    where.push(`${times} >= ?`)
    params.push(Date.parse(filter.from))
  }
  if (filter.to !== undefined) {
    where.push(`${times} < ?`)
    params.push(Date.parse(filter.to))
  }
  return byLabel
    ? {
        from: 'run_labels l CROSS JOIN runs ON runs.id = l.run_id',
        order: 'l.created_at, l.run_id',
        where,
        params,
      }
    : { from: 'runs', order: 'runs.created_at, id', where, params }
}
