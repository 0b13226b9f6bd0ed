// How a run appears in D1. The row with the larger `seq` wins, so reports may come late, twice or out of order; a
// deleted run keeps its tombstone.
import { periodOf } from '../../src/core/clock.ts'
import type { Json } from '../../src/core/json.ts'
import { type AuditRow, insertAuditOnce } from '../../src/db/audit-row.ts'
import { letIn } from '../../src/modules/executions/index.ts'
import { startersOf } from '../../src/objects/workflow-run.ts'
import { hideStored } from './redaction.ts'
import type { Run } from './scope.ts'
import type { RunStore } from './store.ts'

const RUN_COLUMNS = [
  'id',
  'team_id',
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

const camel = (column: string): string =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** So a run in line that asks again is in line, whatever its row has lost meanwhile. */
const IS_NEWER = '(excluded.seq > runs.seq OR (excluded.seq = runs.seq AND excluded.line_since IS NOT NULL))'
/** A run in line says that it is; whether it has its slot by now the index knows. */
const UPSERT_RUN = upsert('runs', RUN_COLUMNS, `${IS_NEWER} AND runs.deleted_at IS NULL`, {
  slot: 'CASE WHEN excluded.line_since IS NULL THEN excluded.slot ELSE runs.slot END',
  line_since: 'CASE WHEN runs.slot IS NULL THEN excluded.line_since END',
  // By then the sweep asks whether the run that was let in has begun.
  wake_by:
    'CASE WHEN excluded.line_since IS NULL OR runs.slot IS NULL THEN excluded.wake_by ELSE runs.wake_by END',
})

/** A run counts once for the team's month: with the first report, in the batch that makes its row. */
const COUNT_RUN = `INSERT INTO usage_counters (team_id, period, metric, value)
  SELECT ?1, ?2, 'runs', 1 WHERE NOT EXISTS (SELECT 1 FROM runs WHERE id = ?3 AND (seq > 0 OR deleted_at IS NOT NULL)) AND EXISTS (SELECT 1 FROM teams WHERE id = ?1)
  ON CONFLICT (team_id, period, metric) DO UPDATE SET value = value + 1`

/** Of a deleted run no label comes back. */
const LABEL_RUN = `INSERT INTO run_labels (run_id, label, team_id, created_at)
  SELECT r.id, l.value, r.team_id, r.created_at FROM json_each(?2) l JOIN runs r ON r.id = ?1 AND r.deleted_at IS NULL
  ON CONFLICT (run_id, label) DO NOTHING`

/** By then the sweep looks whether the object is awake. Coarse, because it is written rarely. */
const WAKE_GRACE_MS = 10 * 60_000
const TERMINAL = new Set(['succeeded', 'failed', 'cancelled'])

export type Reported = {
  /** Runs of the team that have been given a slot by this report. */
  letIn: string[]
  /** Whether this run, which is in line, has its slot now. */
  hasSlot: boolean
}

/** `started` is written once, with the first report: in the hot path of a start it is one statement more, no other trip. */
export async function projectRun(
  d1: D1Database,
  view: Record<string, Json>,
  started: AuditRow | null = null,
): Promise<Reported> {
  const isInLine = view.lineSince != null
  // In line it need not be awake: whoever lets it in says by when it has to be.
  const wakeBy = isInLine || TERMINAL.has(String(view.status)) ? null : Date.now() + WAKE_GRACE_MS
  // Who reports is not stuck.
  const row: Record<string, Json> = { mocked: 0, ...view, wakeBy, stuckSince: null }
  const labels = (view.labels ?? []) as string[]
  const period = periodOf(Number(view.createdAt))
  const statements = [
    d1.prepare(COUNT_RUN).bind(view.teamId, period, view.id),
    d1.prepare(UPSERT_RUN).bind(...RUN_COLUMNS.map((column) => row[camel(column)] ?? null)),
    ...(started === null ? [] : [insertAuditOnce(d1, started)]),
    ...(labels.length === 0 ? [] : [d1.prepare(LABEL_RUN).bind(view.id, JSON.stringify(labels))]),
  ]
  if (view.slot != null) {
    await d1.batch(statements)
    return { letIn: [], hasSlot: false }
  }
  const results = await d1.batch<{ id: string }>([
    ...statements,
    letIn(d1, String(view.teamId), Date.now()),
    ...(isInLine ? [d1.prepare('SELECT id FROM runs WHERE id = ? AND slot = id').bind(view.id)] : []),
  ])
  const own = isInLine ? results.at(-1) : undefined
  const given = results.at(isInLine ? -2 : -1)?.results ?? []
  return {
    letIn: given.map(({ id }) => id).filter((id) => id !== view.id),
    hasSlot: (own?.results.length ?? 0) > 0,
  }
}

const APPROVAL_COLUMNS = [
  'id',
  'team_id',
  'run_id',
  'workflow_id',
  'path',
  'status',
  'title',
  'message',
  'form',
  'assignees',
  'quorum',
  'allow_self',
  'decisions',
  'started_by',
  'starters',
  'seq',
  'created_at',
  'expires_at',
  'decided_at',
] as const

const UPSERT_APPROVAL = upsert('approvals', APPROVAL_COLUMNS, 'excluded.seq >= approvals.seq')

export async function projectApproval(d1: D1Database, row: Record<string, Json>): Promise<void> {
  await d1
    .prepare(UPSERT_APPROVAL)
    .bind(...APPROVAL_COLUMNS.map((column) => row[camel(column)] ?? null))
    .run()
}

export function approvalRow(run: Run, store: RunStore, path: string): Record<string, Json> | null {
  const wait = store.readWait(path)
  const activation = run.state.activations.get(path)
  if (wait?.approvalId == null || activation === undefined) return null
  const { spec, state } = run
  const { detail, decisions } = hideStored(
    { detail: isFields(wait.detail) ? wait.detail : {}, decisions: wait.decisions },
    run,
  )
  const open = activation.status === 'waiting' && activation.attempt === wait.attempt
  return {
    id: wait.approvalId,
    teamId: spec.teamId,
    runId: spec.runId,
    workflowId: spec.workflowId,
    path,
    status: open ? 'pending' : settledAs(activation.status, activation.port),
    title: String(detail.title ?? path),
    message: String(detail.message ?? ''),
    form: detail.form == null ? null : JSON.stringify(detail.form),
    assignees: JSON.stringify(detail.assignees ?? []),
    quorum: Number(detail.quorum ?? 1),
    allowSelf: detail.allowSelf === false ? 0 : 1,
    decisions: JSON.stringify(decisions),
    startedBy: spec.startedBy,
    starters: JSON.stringify(startersOf(spec)),
    seq: state.run.seq,
    createdAt: wait.since,
    expiresAt: (activation.timer?.kind === 'timeout' ? activation.timer.at : activation.wait?.until) ?? null,
    decidedAt: open ? null : activation.finishedAt,
  }
}

const isFields = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const settledAs = (status: string, port: string | null): string =>
  status === 'cancelled'
    ? 'cancelled'
    : port === 'approved'
      ? 'approved'
      : port === 'rejected'
        ? 'rejected'
        : 'timeout'

function upsert(
  table: string,
  columns: readonly string[],
  where: string,
  values: Record<string, string> = {},
): string {
  const set = columns
    .filter((column) => column !== 'id')
    .map((column) => `${column} = ${values[column] ?? `excluded.${column}`}`)
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
    ON CONFLICT (id) DO UPDATE SET ${set.join(', ')} WHERE ${where}`
}
