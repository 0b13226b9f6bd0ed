import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import type { Json } from '../../../core/json.ts'
import type { NodeError } from '../../../engine/model/event.ts'
import { runCost } from '../../../objects/run-cost.ts'
import type { RunEventError } from '../../../objects/run-events.ts'
import { toPublicError } from '../../../objects/to-public-event.ts'
import type { RunView } from '../../../objects/workflow-run.ts'
import type { Execution, ExecutionSummary } from '../schema.ts'
import { waitsIn } from './places.ts'
import type { RunRow } from './repo.ts'

/** The object's view without internal fields. */
export function toExecution({ follows: _follows, mode: _mode, ...view }: RunView): Execution {
  const nodes = view.nodes?.map((node) => ({ ...node, error: publicError(node.error) }))
  return { ...view, error: publicError(view.error), ...(nodes && { nodes }) } as Execution
}

/** As in events, without what only the engine needs. */
export const publicError = (error: Json): RunEventError | null =>
  error === null ? null : toPublicError(error as unknown as NodeError)

/** The view in a response. A large output is left out and has its own URL. */
export const shown = (execution: Execution): Execution =>
  execution.outputBytes === undefined ? execution : { ...execution, output: null }

export const toSummary = (row: RunRow, place?: number): ExecutionSummary => ({
  id: row.id,
  kind: row.kind,
  subjectId: row.subjectId,
  workflowId: row.workflowId,
  workflowName: row.workflowName,
  title: row.title,
  workflowVersion: row.workflowVersion,
  status: row.status,
  trigger: { type: row.triggerType, key: row.triggerKey },
  startedBy: row.startedBy,
  cancelledBy: row.cancelledBy,
  parentRunId: row.parentRunId,
  mocked: row.mocked === 1,
  tags: row.tags === null ? [] : JSON.parse(row.tags),
  metadata: row.metadata === null ? {} : JSON.parse(row.metadata),
  progress: row.progress,
  waitingFor: waitsIn(row).map(({ gate: _gate, ...wait }) => ({
    ...(wait as ExecutionSummary['waitingFor'][number]),
    ...(wait.kind === 'slot' && place !== undefined ? { detail: { place } } : {}),
  })),
  error: row.error === null ? null : publicError(JSON.parse(row.error)),
  cost: runCost({ ...row, costMicros: row.costMicroUsd }),
  createdAt: toIso(row.createdAt),
  startedAt: toIsoOrNull(row.startedAt),
  finishedAt: toIsoOrNull(row.finishedAt),
  durationMs: row.durationMs,
})
