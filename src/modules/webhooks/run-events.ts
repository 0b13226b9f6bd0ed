// The events for a change of a run's status. Reports can skip states: a short run may have started and ended by its first report.
import { toIso } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import type { RunChanged, RunSummary } from '../../objects/team-events.ts'

/** The run in the index at the time of the change. */
export type RunThen = {
  status: RunSummary['status']
  progress: number
  title: string | null
  trigger: string
  error: Json
  workflowId: string | null
  workflowName: string
  createdAt: number
  startedAt: number | null
  finishedAt: number | null
  cancelledBy: string | null
  waitingFor: Json
}

export type RunChange = {
  teamId: string
  runId: string
  /** The previous status; null for the first report. */
  oldStatus: string | null
  run: RunThen
  /** The time of the report. */
  at: number
}

const NOT_BEGUN: ReadonlySet<string | null> = new Set([null, 'queued'])
const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled'])

export function eventsOfRunChange({ teamId, runId, oldStatus, run, at }: RunChange): RunChanged[] {
  const events: RunChanged[] = []
  const add = (
    type: RunChanged['type'],
    atMs: number,
    data: Record<string, Json>,
    status: RunSummary['status'] = run.status,
  ) =>
    events.push({
      type,
      at: toIso(atMs),
      teamId,
      run: {
        id: runId,
        status,
        progress: status === run.status ? run.progress : 0,
        title: run.title,
        trigger: run.trigger,
        error: status === run.status ? (run.error as RunSummary['error']) : null,
      },
      ...(run.workflowId === null ? {} : { workflow: { id: run.workflowId, name: run.workflowName } }),
      data,
    })
  if (run.startedAt !== null && NOT_BEGUN.has(oldStatus)) add('run.started', run.startedAt, {}, 'running')
  if (ENDED.has(run.status))
    add(`run.${run.status}` as RunChanged['type'], run.finishedAt ?? at, dataOfEnd(run))
  else if (run.status === 'waiting') add('run.waiting', at, { waitingFor: run.waitingFor })
  else if (run.status === 'paused') add('run.paused', at, {})
  else if (run.status === 'running' && oldStatus === 'paused') add('run.resumed', at, {})
  else if (run.status === 'running' && oldStatus === 'waiting') add('run.running', at, {})
  else if (run.status === 'queued' && oldStatus === null) add('run.queued', run.createdAt, {})
  return events
}

function dataOfEnd({ status, error, cancelledBy }: RunThen): Record<string, Json> {
  if (status === 'failed') return { error }
  if (status === 'cancelled') return cancelledBy === null ? {} : { by: cancelledBy }
  return {}
}
