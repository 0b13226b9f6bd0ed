// The lists of runs, with their filters.

import { decodeCursor } from '../../../core/cursor.ts'
import { columns, type HotRead, hotList } from '../../../db/hot-read.ts'
import type { ListOptions } from '../../../db/paginate.ts'
import type { runs } from '../../../db/schema/index.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import type { Stored } from '../../../db/stored.ts'
import type { RunKind } from '../../../objects/workflow-run.ts'
import { labelOfField, labelOfTag } from '../labels.ts'
import type { RUN_STATUSES } from '../schema.ts'

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

type Conditions = { from: string; order: string; where: string[]; params: (string | number)[] }

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
    const text = sqlLower(filter.q)
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
