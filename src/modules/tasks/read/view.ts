import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { toUsd } from '../../../core/money.ts'
import type { WaitView } from '../../../objects/workflow-run.ts'
import { publicError } from '../../runs/index.ts'
import { hasEnded } from '../pure/status.ts'
import type { ListedTask, TaskRow } from '../repo/columns.ts'
import type { StandingDependency } from '../repo/dependencies.ts'
import type { ScheduleRow } from '../schedule/repo.ts'
import { upcomingOf } from '../schedule/times.ts'
import type { TaskSchedule } from '../schema/parts.ts'
import type { Task, TaskSummary } from '../schema/task.ts'

const parsed = <T>(text: string | null): T | null => (text === null ? null : (JSON.parse(text) as T))

const assigneeView = (assignee: string): TaskSummary['assignee'] =>
  assignee === '' ? null : assignee.startsWith('usr_') ? { userId: assignee } : { agentId: assignee }

/** Kinds of waits that only a person ends. */
const FOR_PEOPLE: ReadonlySet<string> = new Set(['approval', 'signal', 'resolve'])

/** Why a run waits: for a person, if it does, or for the first thing of the list. */
export function reasonOf(waits: readonly WaitView[]): TaskSummary['reason'] {
  const wait = waits.find(({ kind }) => FOR_PEOPLE.has(kind)) ?? waits[0]
  if (wait === undefined) return null
  const { kind, name, path } = wait
  return { code: kind, message: `${path} waits: ${kind}${name === null ? '' : ` ${name}`}.` }
}

export const toSummary = (row: ListedTask, now: number): TaskSummary => ({
  id: row.id,
  title: row.title,
  type: row.type,
  status: row.status,
  statusSince: toIso(row.statusSince),
  reason: parsed(row.reason) ?? reasonOf(parsed<WaitView[]>(row.waits ?? null) ?? []),
  priority: row.priority,
  progress: row.progress,
  tags: JSON.parse(row.tags),
  assignee: assigneeView(row.assignee),
  agentId: row.agentId === '' ? null : row.agentId,
  parentId: row.parentId === '' ? null : row.parentId,
  rootId: row.rootId,
  children: row.children,
  weight: row.weight,
  dueAt: toIsoOrNull(row.dueAt),
  overdue: row.dueAt !== null && row.dueAt < now && !hasEnded(row.status),
  runId: row.runId,
  attempt: row.attempt,
  error: row.error === null ? null : publicError(JSON.parse(row.error)),
  costUsd: toUsd(row.costMicroUsd),
  occurrenceOf: row.occurrenceOf,
  occurrence: row.occurrence,
  scheduledFor: toIsoOrNull(row.scheduledFor),
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
  queuedAt: toIsoOrNull(row.queuedAt),
  startedAt: toIsoOrNull(row.startedAt),
  finishedAt: toIsoOrNull(row.finishedAt),
  durationMs: row.durationMs,
  version: row.version,
})

export const dependencyView = ({
  dependsOn,
  needs,
  status,
  waivedBy,
}: StandingDependency): Task['dependsOn'][number] => ({
  taskId: dependsOn,
  on: needs,
  status: status ?? 'deleted',
  waived: waivedBy !== null,
})

export type TaskParts = {
  dependencies: readonly StandingDependency[]
  schedule: ScheduleRow | null
  place: number | null
  resultOmitted: boolean
}

export const toTask = (
  row: TaskRow,
  { dependencies, schedule, place, resultOmitted }: TaskParts,
  now: number,
): Task => ({
  ...toSummary(row, now),
  teamId: row.teamId,
  description: row.description,
  input: JSON.parse(row.input),
  result: parsed(row.result),
  resultOmitted,
  files: JSON.parse(row.files),
  metadata: JSON.parse(row.metadata),
  dependsOn: dependencies.map(dependencyView),
  onDependencyFailure: row.onDependencyFailure as Task['onDependencyFailure'],
  retry: JSON.parse(row.retry),
  timeoutMs: row.timeoutMs,
  autoStart: row.autoStart === 1,
  place,
  lease:
    row.leaseUntil === null || row.leaseBy === null
      ? null
      : { by: row.leaseBy, until: toIso(row.leaseUntil) },
  schedule: schedule === null ? null : scheduleView(schedule),
})

const NEXT_SHOWN = 5

function scheduleView({ schedule, nextFireAt, lastFireAt, fired }: ScheduleRow): Task['schedule'] {
  const given = JSON.parse(schedule) as TaskSchedule
  return {
    ...given,
    nextRuns: upcomingOf(given, nextFireAt, fired, NEXT_SHOWN).map(toIso),
    fired,
    lastFireAt: toIsoOrNull(lastFireAt),
  }
}
