// The life of a task: its statuses and transitions. `updateTask` uses this table, and every other statement that
// changes a status follows it (`test/core/task-model.test.ts`). `desk/repo/held.ts` decides when a held task is released.
export const TASK_STATUSES = [
  'draft',
  'blocked',
  'scheduled',
  'queued',
  'running',
  'waiting',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

/** The allowed next statuses. */
export const NEXT: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  draft: ['blocked', 'scheduled', 'queued', 'running', 'cancelled', 'skipped'],
  blocked: ['draft', 'scheduled', 'queued', 'running', 'cancelled', 'skipped'],
  scheduled: ['draft', 'blocked', 'queued', 'running', 'cancelled', 'skipped'],
  queued: [
    'draft',
    'blocked',
    'scheduled',
    'running',
    'waiting',
    'paused',
    'succeeded',
    'failed',
    'cancelled',
    'skipped',
  ],
  running: ['queued', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'],
  waiting: ['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'],
  paused: ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'],
  succeeded: ['blocked', 'queued', 'running'],
  failed: ['blocked', 'queued', 'running'],
  cancelled: ['blocked', 'queued', 'running'],
  skipped: ['blocked', 'queued', 'running'],
}

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'skipped'])
/** The task is being worked on. */
const AT_WORK: ReadonlySet<string> = new Set(['running', 'waiting', 'paused'])

export const ENDED_STATUSES: readonly TaskStatus[] = TASK_STATUSES.filter((status) => ENDED.has(status))
export const OPEN_STATUSES: readonly TaskStatus[] = TASK_STATUSES.filter((status) => !ENDED.has(status))
export const WORK_STATUSES: readonly TaskStatus[] = TASK_STATUSES.filter((status) => AT_WORK.has(status))

export const hasEnded = (status: string): boolean => ENDED.has(status)
export const isAtWork = (status: string): boolean => AT_WORK.has(status)

export const mayBecome = (from: TaskStatus, to: TaskStatus): boolean => from === to || NEXT[from].includes(to)

/** The actions of people, and the statuses in which they are allowed. */
export const ALLOWED = {
  execute: ['draft', 'blocked', 'scheduled'],
  cancel: ['draft', 'blocked', 'scheduled', 'queued', 'running', 'waiting', 'paused'],
  pause: ['queued', 'running', 'waiting'],
  resume: ['paused'],
  retry: ['succeeded', 'failed', 'cancelled', 'skipped'],
} as const satisfies Record<string, readonly TaskStatus[]>
export type TaskVerb = keyof typeof ALLOWED

export const allows = (status: TaskStatus, verb: TaskVerb): boolean =>
  (ALLOWED[verb] as readonly TaskStatus[]).includes(status)

export type Part = { status: TaskStatus; progress: number; weight: number }

/** The status of a parent with active subtasks: the first of these that a subtask has. */
const FIRST_OF: readonly TaskStatus[] = [
  'running',
  'waiting',
  'queued',
  'paused',
  'blocked',
  'scheduled',
  'draft',
]

/** A parent's status and progress, from its subtasks. There is at least one. */
export function sumOf(parts: readonly Part[]): { status: TaskStatus; progress: number } {
  const has = (status: TaskStatus): boolean => parts.some((part) => part.status === status)
  const weight = parts.reduce((sum, part) => sum + part.weight, 0)
  const done = parts.reduce(
    (sum, part) => sum + part.weight * (hasEnded(part.status) ? 100 : part.progress),
    0,
  )
  const progress = weight === 0 ? 0 : Math.floor(done / weight)
  const going = FIRST_OF.find(has)
  if (going !== undefined) {
    // Some have ended and the others have not started: the parent is in progress.
    const begun = going === 'draft' && parts.some(({ status }) => hasEnded(status))
    return { status: begun ? 'waiting' : going, progress: Math.min(progress, 99) }
  }
  const ending = (['failed', 'cancelled', 'succeeded'] as const).find(has) ?? 'skipped'
  return { status: ending, progress: 100 }
}

export type Needs = 'success' | 'end'

/** The state of a dependency: pending, met, or ended with another result. */
export const judgeDependency = (
  needs: Needs,
  status: TaskStatus,
  isWaived: boolean,
): 'open' | 'met' | 'failed' => {
  if (isWaived) return 'met'
  if (!hasEnded(status)) return 'open'
  return needs === 'end' || status === 'succeeded' ? 'met' : 'failed'
}
