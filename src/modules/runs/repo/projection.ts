// How a run appears in the index. The row with the larger `seq` wins, so reports may arrive late, twice or out of order. A
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
import { findHolders } from './leases.ts'
import { admitWaiting } from './slots.ts'

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

/** With an equal `seq`, a queued run may still report that it is in line, in case its row has lost that. */
const IS_NEWER = '(excluded.seq > runs.seq OR (excluded.seq = runs.seq AND excluded.line_since IS NOT NULL))'
/** A queued run reports that it is in line. Only the index knows whether it has a slot by now. */
const upsertRuns = (columns: readonly string[]): string =>
  upsertAll('runs', columns, `${IS_NEWER} AND runs.deleted_at IS NULL`, {
    slot: 'CASE WHEN excluded.line_since IS NULL THEN excluded.slot ELSE runs.slot END',
    line_since: 'CASE WHEN runs.slot IS NULL THEN excluded.line_since END',
    // At this time the sweep checks whether the run that got the slot has begun.
    wake_by:
      'CASE WHEN excluded.line_since IS NULL OR runs.slot IS NULL THEN excluded.wake_by ELSE runs.wake_by END',
  })

/** A trigger writes webhook deliveries together with the report. Also returns whether the team has webhooks, and who wants a notification about the run. */
const reportRuns = (columns: readonly string[]): string =>
  `${upsertRuns(columns)} RETURNING id, EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.team_id = runs.team_id) AS hasWebhooks,
  runs.status = 'succeeded' AND EXISTS (SELECT 1 FROM notification_settings n
    WHERE n.user_id = runs.started_by AND n.settings -> '$.kinds' ->> 'run.succeeded' LIKE '%true%') AS isAwaited`

const REPORT_RUNS = reportRuns(RUN_COLUMNS)
/** Runs that call no model leave out the cost columns, to save work. The recorded usage of a run never decreases. */
const REPORT_PAID_RUNS = reportRuns([...RUN_COLUMNS, ...COST_COLUMNS])

/** A deleted run gets no labels. */
const LABEL_RUNS = `INSERT INTO run_labels (run_id, label, team_id, created_at)
  SELECT r.id, l.value, r.team_id, r.created_at FROM json_each(?1) j CROSS JOIN json_each(j.value -> 'labels') l
  JOIN runs r ON r.id = j.value ->> 'id' AND r.deleted_at IS NULL WHERE true
  ON CONFLICT (run_id, label) DO NOTHING`

const HAVE_SLOTS = 'SELECT r.id FROM json_each(?1) j CROSS JOIN runs r WHERE r.id = j.value AND r.slot = r.id'

/** At this time the sweep checks whether the host is awake. A coarse value, so that it is written rarely. */
const WAKE_GRACE_MS = 10 * 60_000

/** `started` is written once, with the first report. */
export type RunReport = { view: Record<string, Json>; started: AuditRow | null }

export type Reported = {
  /** Runs of the team that got a slot because of this report. */
  admitted: string[]
  /** The reported queued runs that have their slot now. */
  inSlot: Set<string>
  /** The hosts that hold slots of the team, if reported runs are still in line. */
  holders: string[]
  hasWebhooks: boolean
  /** Whether some of the runs execute tasks. */
  hasTasks: boolean
  /** The succeeded runs whose starters asked to be notified. */
  awaited: Set<string>
  /** Whether a client follows the team's runs. */
  isFollowed: boolean
  /** Whether the host's lease still existed when it was changed; null if it was not to be changed. */
  isLeaseKept: boolean | null
}

/**
 * Writes the reports of one team's runs in one batch, which costs about as much as one run. `renewLease` updates the lease of
 * their host in the same batch: the lease stops counting what the index counts from now on.
 */
export async function applyRunReports(
  d1: D1Database,
  reports: readonly RunReport[],
  renewLease: Statement | null = null,
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
    ...(renewLease === null ? [] : [prepare(d1, renewLease)]),
  ]
  const results = await d1.batch<{
    id: string
    host: string
    hasWebhooks: number
    isAwaited: number
    settings: string | null
  }>([
    ...statements,
    prepare(d1, settingsQuestion),
    prepare(d1, followedQuestion(teamHub(String(rows[0]?.teamId)), now)),
    ...(frees ? [admitWaiting(d1, String(rows[0]?.teamId), now)] : []),
    ...(frees && inLine.length > 0
      ? [
          d1.prepare(HAVE_SLOTS).bind(JSON.stringify(inLine)),
          prepare(d1, findHolders(String(rows[0]?.teamId))),
        ]
      : []),
  ])
  const [known, followed, given, own, holders] = results.slice(statements.length)
  // Objects have no request in progress, so nothing else would notify the gates.
  takeSettings(known?.results[0]?.settings ?? null)
  const inSlot = new Set((own?.results ?? []).map(({ id }) => id))
  return {
    admitted: (given?.results ?? []).map(({ id }) => id).filter((id) => !inSlot.has(id)),
    inSlot,
    holders: inLine.every((id) => inSlot.has(String(id)))
      ? []
      : (holders?.results ?? []).map(({ host }) => host),
    awaited: new Set(
      (results[counts.length]?.results ?? []).filter(({ isAwaited }) => isAwaited === 1).map(({ id }) => id),
    ),
    hasTasks: rows.some(({ kind }) => kind === 'task'),
    isLeaseKept: renewLease === null ? null : (results[statements.length - 1]?.results.length ?? 0) > 0,
    isFollowed: (followed?.results.length ?? 0) > 0,
    hasWebhooks: results[counts.length]?.results.some(({ hasWebhooks }) => hasWebhooks === 1) ?? false,
  }
}

const isPaid = (row: Record<string, Json>): boolean =>
  Object.keys(NO_SPEND).some((field) => Number(row[field] ?? 0) > 0)

/** For a host of an earlier release, which did not count. */
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
  // A queued run need not be awake. The report that gives it a slot also sets the time by which it must be.
  const wakeBy = lineSince !== null || isTerminal(view.status as RunStatus) ? null : now + WAKE_GRACE_MS
  const period = periodOf(Number(view.createdAt))
  // A run that reports is not stuck.
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
