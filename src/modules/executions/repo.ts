import { decodeCursor } from '../../core/cursor.ts'
import type { Plan } from '../../core/plans.ts'
import { columns, type HotRead, hotList } from '../../db/hot-read.ts'
import type { ListOptions } from '../../db/paginate.ts'
import { countRunning } from '../teams/index.ts'
import type { RUN_STATUSES } from './schema.ts'

export type Room = { plan: Plan; runsThisMonth: number | null; runningRuns: number }

export type RunRow = {
  id: string
  workflowId: string | null
  workflowName: string
  workflowVersion: number
  status: (typeof RUN_STATUSES)[number]
  triggerType: string
  triggerKey: string | null
  startedBy: string | null
  parentRunId: string | null
  mocked: number
  progress: number
  waitingFor: string | null
  error: string | null
  createdAt: number
  startedAt: number | null
  finishedAt: number | null
  durationMs: number | null
}

export type RunFilter = {
  status?: string | undefined
  workflowId?: string | undefined
  trigger?: string | undefined
  parentRunId?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

const COLUMNS = columns<RunRow>({
  id: 'id',
  workflowId: 'workflow_id',
  workflowName: 'workflow_name',
  workflowVersion: 'workflow_version',
  status: 'status',
  triggerType: 'trigger_type',
  triggerKey: 'trigger_key',
  startedBy: 'started_by',
  parentRunId: 'parent_run_id',
  mocked: 'mocked',
  progress: 'progress',
  waitingFor: 'waiting_for',
  error: 'error',
  createdAt: 'created_at',
  startedAt: 'started_at',
  finishedAt: 'finished_at',
  durationMs: 'duration_ms',
})

export function findRuns(teamId: string, filter: RunFilter, options: ListOptions): HotRead<RunRow> {
  const { where, params } = conditions(teamId, filter)
  const descending = options.sort.startsWith('-')
  if (options.cursor !== undefined) {
    const at = decodeCursor(options.cursor, options.sort)
    where.push(`(created_at, id) ${descending ? '<' : '>'} (?, ?)`)
    params.push(at.value, at.id)
  }
  const direction = descending ? 'DESC' : 'ASC'
  return hotList(
    COLUMNS,
    `FROM runs WHERE ${where.join(' AND ')} ORDER BY created_at ${direction}, id ${direction}`,
    params,
    options.limit + 1,
  )
}

/** What a start by workflow has at hand. */
export const findRoom = (d1: D1Database, teamId: string): Promise<Room | null> =>
  d1
    .prepare(
      `SELECT plan, (${RUNS_THIS_MONTH}) AS runsThisMonth, ${countRunning('tm.id')} AS runningRuns FROM teams tm WHERE tm.id = ?`,
    )
    .bind(teamId)
    .first<Room>()

const RUNS_THIS_MONTH = `SELECT uc.value FROM usage_counters uc
  WHERE uc.team_id = tm.id AND uc.period = strftime('%Y-%m', 'now') AND uc.metric = 'runs'`

export async function countRuns(d1: D1Database, teamId: string, filter: RunFilter): Promise<number> {
  const { where, params } = conditions(teamId, filter)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM runs WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export async function teamOfRun(d1: D1Database, runId: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT team_id AS teamId FROM runs WHERE id = ? AND deleted_at IS NULL')
    .bind(runId)
    .first<{ teamId: string }>()
  return row?.teamId ?? null
}

function conditions(teamId: string, filter: RunFilter): { where: string[]; params: (string | number)[] } {
  const where = ['team_id = ?', 'deleted_at IS NULL']
  const params: (string | number)[] = [teamId]
  const equal: [string, string | undefined][] = [
    ['status', filter.status],
    ['workflow_id', filter.workflowId],
    ['trigger_type', filter.trigger],
    ['parent_run_id', filter.parentRunId],
  ]
  for (const [column, value] of equal) {
    if (value === undefined) continue
    where.push(`${column} = ?`)
    params.push(value)
  }
  if (filter.from !== undefined) {
    where.push('created_at >= ?')
    params.push(Date.parse(filter.from))
  }
  if (filter.to !== undefined) {
    where.push('created_at < ?')
    params.push(Date.parse(filter.to))
  }
  return { where, params }
}
