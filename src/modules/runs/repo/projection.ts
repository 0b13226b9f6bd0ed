// How a run appears in the index. The row with the larger `seq` wins, so reports may come late, twice or out of order; a
// deleted run keeps its tombstone.
import { periodOf } from '../../../core/clock.ts'
import type { Json } from '../../../core/json.ts'
import { type AuditRow, insertAuditsOnce } from '../../../db/audit-row.ts'
import { followedQuestion } from '../../../db/follows.ts'
import { settingsQuestion, takeSettings } from '../../../db/platform-settings.ts'
import { upsertAll } from '../../../db/report.ts'
import { prepare, type Statement } from '../../../db/statement.ts'
import { isTerminal, type RunStatus } from '../../../engine/model/state.ts'
import { teamHub } from '../../../objects/channels.ts'
import { countRunsOnce, countSpendOnce } from '../../usage/index.ts'
import { letIn } from './slots.ts'

const RUN_COLUMNS = [
  'id',
  'team_id',
  'kind',
  'subject_id',
  'start_key',
  'workflow_id',
  'workflow_version',
  'workflow_name',
  'status',
  'trigger_type',
  'trigger_key',
  'started_by',
  'parent_run_id',
  'mocked',
  'title',
  'tags',
  'metadata',
  'cancelled_by',
  'seq',
  'progress',
  'waiting_for',
  'error',
  'created_at',
  'started_at',
  'finished_at',
  'duration_ms',
  'wake_by',
  'stuck_since',
  'slot',
  'line_since',
] as const

const COST_COLUMNS = [
  'cost_micro_usd',
  'input_tokens',
  'output_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'unpriced_calls',
] as const

/** So a run in line that asks again is in line, whatever its row has lost meanwhile. */
const IS_NEWER = '(excluded.seq > runs.seq OR (excluded.seq = runs.seq AND excluded.line_since IS NOT NULL))'
/** A run in line says that it is; whether it has its slot by now the index knows. */
const upsertRuns = (columns: readonly string[]): string =>
  upsertAll('runs', columns, `${IS_NEWER} AND runs.deleted_at IS NULL`, {
    slot: 'CASE WHEN excluded.line_since IS NULL THEN excluded.slot ELSE runs.slot END',
    line_since: 'CASE WHEN runs.slot IS NULL THEN excluded.line_since END',
    // By then the sweep asks whether the run that was let in has begun.
    wake_by:
      'CASE WHEN excluded.line_since IS NULL OR runs.slot IS NULL THEN excluded.wake_by ELSE runs.wake_by END',
  })

/** With the report a trigger writes down what webhooks are to be told. This says whether the team has any, and who wants to hear of the run. */
const reportRuns = (columns: readonly string[]): string =>
  `${upsertRuns(columns)} RETURNING id, EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.team_id = runs.team_id) AS hasWebhooks,
  runs.status = 'succeeded' AND EXISTS (SELECT 1 FROM notification_settings n
    WHERE n.user_id = runs.started_by AND n.settings -> '$.kinds' ->> 'run.succeeded' LIKE '%true%') AS isAwaited`

const REPORT_RUNS = reportRuns(RUN_COLUMNS)
/** Most runs call no model: they do not pay for what they leave at 0. What a run has used never becomes less. */
const REPORT_PAID_RUNS = reportRuns([...RUN_COLUMNS, ...COST_COLUMNS])

/** Of a deleted run no label comes back. */
const LABEL_RUNS = `INSERT INTO run_labels (run_id, label, team_id, created_at)
  SELECT r.id, l.value, r.team_id, r.created_at FROM json_each(?1) j CROSS JOIN json_each(j.value -> 'labels') l
  JOIN runs r ON r.id = j.value ->> 'id' AND r.deleted_at IS NULL WHERE true
  ON CONFLICT (run_id, label) DO NOTHING`

const HAVE_SLOTS = 'SELECT r.id FROM json_each(?1) j CROSS JOIN runs r WHERE r.id = j.value AND r.slot = r.id'

/** By then the sweep looks whether the host is awake. Coarse, because it is written rarely. */
const WAKE_GRACE_MS = 10 * 60_000

/** `started` is written once, with the first report. */
export type RunReport = { view: Record<string, Json>; started: AuditRow | null }

export type Reported = {
  /** Runs of the team that have been given a slot by this report. */
  letIn: string[]
  /** The reported runs in line that have their slot now. */
  inSlot: Set<string>
  hasWebhooks: boolean
  /** Whether some of them execute tasks. */
  hasTasks: boolean
  /** The runs that have succeeded and whose starters want to hear of it. */
  awaited: Set<string>
  /** Whether somebody follows the runs of the team. */
  isFollowed: boolean
  /** Whether the lease of the host was there to be changed; null where it was not to be. */
  isLeaseKept: boolean | null
}

/**
 * Runs of one team, in one batch: it costs the index about as much as one run. `keepLease` changes the lease of their host: what
 * the index counts from now on is not counted there.
 */
export async function projectRuns(
  d1: D1Database,
  reports: readonly RunReport[],
  keepLease: Statement | null = null,
): Promise<Reported> {
  const now = Date.now()
  const rows = reports.map(({ view }) => rowOf(view, now))
  const text = JSON.stringify(rows)
  const started = reports.flatMap((report) => report.started ?? [])
  const labelled = rows.filter(({ labels }) => Array.isArray(labels) && labels.length > 0)
  const inLine = rows.filter(({ lineSince }) => lineSince !== null).map(({ id }) => id)
  const frees = rows.some(({ slot }) => slot === null)
  const paid = rows.some(isPaid)
  const counts = paid ? [countRunsOnce(text), countSpendOnce(text)] : [countRunsOnce(text)]
  const statements = [
    ...counts.map((count) => prepare(d1, count)),
    d1.prepare(paid ? REPORT_PAID_RUNS : REPORT_RUNS).bind(text),
    ...(started.length === 0 ? [] : [insertAuditsOnce(d1, started)]),
    ...(labelled.length === 0 ? [] : [d1.prepare(LABEL_RUNS).bind(JSON.stringify(labelled))]),
    ...(keepLease === null ? [] : [prepare(d1, keepLease)]),
  ]
  const results = await d1.batch<{
    id: string
    hasWebhooks: number
    isAwaited: number
    settings: string | null
  }>([
    ...statements,
    prepare(d1, settingsQuestion),
    prepare(d1, followedQuestion(teamHub(String(rows[0]?.teamId)), now)),
    ...(frees ? [letIn(d1, String(rows[0]?.teamId), now)] : []),
    ...(frees && inLine.length > 0 ? [d1.prepare(HAVE_SLOTS).bind(JSON.stringify(inLine))] : []),
  ])
  const [known, followed, given, own] = results.slice(statements.length)
  // Objects have no requests that would tell them.
  takeSettings(known?.results[0]?.settings ?? null)
  const inSlot = new Set((own?.results ?? []).map(({ id }) => id))
  return {
    letIn: (given?.results ?? []).map(({ id }) => id).filter((id) => !inSlot.has(id)),
    inSlot,
    awaited: new Set(
      (results[counts.length]?.results ?? []).filter(({ isAwaited }) => isAwaited === 1).map(({ id }) => id),
    ),
    hasTasks: rows.some(({ kind }) => kind === 'task'),
    isLeaseKept: keepLease === null ? null : (results[statements.length - 1]?.results.length ?? 0) > 0,
    isFollowed: (followed?.results.length ?? 0) > 0,
    hasWebhooks: results[counts.length]?.results.some(({ hasWebhooks }) => hasWebhooks === 1) ?? false,
  }
}

const isPaid = (row: Record<string, Json>): boolean =>
  Object.keys(NO_SPEND).some((field) => Number(row[field] ?? 0) > 0)

/** Of a host of before it counted. */
const NO_SPEND = {
  costMicroUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  unpricedCalls: 0,
}

function rowOf(view: Record<string, Json>, now: number): Record<string, Json> {
  const { lineSince = null, slot = null } = view
  // In line it need not be awake: whoever lets it in says by when it has to be.
  const wakeBy = lineSince !== null || isTerminal(view.status as RunStatus) ? null : now + WAKE_GRACE_MS
  const period = periodOf(Number(view.createdAt))
  // Who reports is not stuck.
  return {
    kind: 'workflow',
    mocked: 0,
    ...NO_SPEND,
    ...view,
    lineSince,
    slot,
    period,
    wakeBy,
    stuckSince: null,
  }
}
