// The life of a task: which statuses there are, and which follows which. `updateTask` asks this table, and every other statement that
// changes a status keeps to it (`test/core/task-model.test.ts`). What lets a task go is decided by `repo/work.ts`.
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

/** What a status may become. */
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
/** Somebody or something is at work on it. */
const AT_WORK: ReadonlySet<string> = new Set(['running', 'waiting', 'paused'])

export const ENDED_STATUSES: readonly TaskStatus[] = TASK_STATUSES.filter((status) => ENDED.has(status))
export const OPEN_STATUSES: readonly TaskStatus[] = TASK_STATUSES.filter((status) => !ENDED.has(status))
export const WORK_STATUSES: readonly TaskStatus[] = TASK_STATUSES.filter((status) => AT_WORK.has(status))

export const hasEnded = (status: string): boolean => ENDED.has(status)
export const isAtWork = (status: string): boolean => AT_WORK.has(status)

export const mayBecome = (from: TaskStatus, to: TaskStatus): boolean => from === to || NEXT[from].includes(to)

/** What a person may ask of a task, and in which statuses. */
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

/** Of subtasks that go on, the status of their parent: the first of these that one of them has. */
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
    // Some have ended and the rest has not begun: the whole is under way all the same.
    const begun = going === 'draft' && parts.some(({ status }) => hasEnded(status))
    return { status: begun ? 'waiting' : going, progress: Math.min(progress, 99) }
  }
  const ending = (['failed', 'cancelled', 'succeeded'] as const).find(has) ?? 'skipped'
  return { status: ending, progress: 100 }
}

export type Needs = 'success' | 'end'

/** How a dependency stands: still to be waited for, met, or ended otherwise than it should. */
export const judgeDependency = (
  needs: Needs,
  status: TaskStatus,
  isWaived: boolean,
): 'open' | 'met' | 'failed' => {
  if (isWaived) return 'met'
  if (!hasEnded(status)) return 'open'
  return needs === 'end' || status === 'succeeded' ? 'met' : 'failed'
}
