// The form of a task, and the bodies for creating and changing one.

type Assignee = { userId: string } | { agentId: string } | null

export type TaskForm = {
  title: string
  type: string
  description: string
  input: Record<string, unknown>
  priority: number
  /** As a field for a local time has it; empty for none. */
  due: string
  /** Separated by commas. */
  tags: string
  assignee: Assignee
  parent: { id: string; title: string } | null
  dependsOn: { id: string; title: string }[]
  onDependencyFailure: 'block' | 'skip' | 'run'
  attempts: number
  /** Empty for no limit. */
  timeoutMinutes: string
  /** The ids of files that the task works with. */
  files: string[]
  /** Starts by itself. */
  autoStart: boolean
}

type Known = {
  title: string
  type: string
  status: string
  description: string
  input: unknown
  priority: number
  dueAt: string | null
  tags: readonly string[]
  assignee: Assignee
  onDependencyFailure: 'block' | 'skip' | 'run'
  retry: { attempts: number; delayMs: number; factor: number; maxDelayMs: number }
  timeoutMs: number | null
  files: readonly string[]
  autoStart: boolean
}

export const PRIORITY = 5
const MINUTE_MS = 60_000

export const newForm = (): TaskForm => ({
  title: '',
  type: 'custom',
  description: '',
  input: {},
  priority: PRIORITY,
  due: '',
  tags: '',
  assignee: null,
  parent: null,
  dependsOn: [],
  onDependencyFailure: 'block',
  attempts: 1,
  timeoutMinutes: '',
  files: [],
  autoStart: false,
})

export const formOf = (task: Known): TaskForm => ({
  ...newForm(),
  title: task.title,
  type: task.type,
  description: task.description,
  input: (task.input ?? {}) as Record<string, unknown>,
  priority: task.priority,
  due: task.dueAt === null ? '' : localOf(task.dueAt),
  tags: task.tags.join(', '),
  assignee: task.assignee,
  onDependencyFailure: task.onDependencyFailure,
  attempts: task.retry.attempts,
  timeoutMinutes: task.timeoutMs === null ? '' : String(task.timeoutMs / MINUTE_MS),
  files: [...task.files],
  autoStart: task.autoStart,
})

export function createBody(form: TaskForm) {
  const { title, type, description, input, priority, assignee, parent, dependsOn } = form
  const tags = tagsOf(form.tags)
  return {
    title: title.trim(),
    type: type as 'custom',
    input,
    ...(description.trim() !== '' && { description }),
    ...(priority !== PRIORITY && { priority }),
    ...(form.due !== '' && { dueAt: isoOf(form.due) }),
    ...(tags.length > 0 && { tags }),
    ...(assignee !== null && { assignee }),
    ...(parent !== null && { parentId: parent.id }),
    ...(dependsOn.length > 0 && {
      dependsOn: dependsOn.map(({ id }) => ({ taskId: id })),
      onDependencyFailure: form.onDependencyFailure,
    }),
    ...(form.attempts > 1 && { retry: { attempts: form.attempts } }),
    ...(form.timeoutMinutes !== '' && { timeoutMs: timeoutOf(form) }),
    ...(form.files.length > 0 && { files: form.files }),
    ...(form.autoStart && { autoStart: true }),
  }
}

/** Only what has changed. */
export function updateBody(task: Known, form: TaskForm) {
  const before = formOf(task)
  const differs = (name: keyof TaskForm): boolean =>
    JSON.stringify(before[name]) !== JSON.stringify(form[name])
  return {
    ...(differs('title') && { title: form.title.trim() }),
    ...(differs('description') && { description: form.description }),
    ...(differs('input') && { input: form.input }),
    ...(differs('priority') && { priority: form.priority }),
    ...(differs('due') && { dueAt: form.due === '' ? null : isoOf(form.due) }),
    ...(differs('tags') && { tags: tagsOf(form.tags) }),
    ...(differs('assignee') && { assignee: form.assignee }),
    ...(differs('onDependencyFailure') && { onDependencyFailure: form.onDependencyFailure }),
    ...(differs('attempts') && { retry: { ...task.retry, attempts: form.attempts } }),
    ...(differs('timeoutMinutes') && { timeoutMs: timeoutOf(form) }),
    ...(differs('files') && { files: form.files }),
    ...(differs('autoStart') && { autoStart: form.autoStart }),
  }
}

export const tagsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
]

const timeoutOf = ({ timeoutMinutes }: TaskForm): number | null =>
  timeoutMinutes === '' ? null : Math.round(Number(timeoutMinutes) * MINUTE_MS)

/** A time of this browser's zone without its zone. */
const isoOf = (local: string): string => new Date(local).toISOString()

/** In minutes, like the field. */
export function localOf(iso: string): string {
  const at = new Date(iso)
  return new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16)
}
