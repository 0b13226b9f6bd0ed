// A task with its parts as a template.

type Task = {
  id: string
  title: string
  type: string
  description: string
  input: unknown
  priority: number
  tags: readonly string[]
  weight: number
  parentId: string | null
  dependsOn: readonly { taskId: string; on: 'success' | 'end' }[]
  onDependencyFailure: 'block' | 'skip' | 'run'
  retry: { attempts: number; delayMs: number; factor: number; maxDelayMs: number }
  timeoutMs: number | null
}

export type TemplateTask = {
  ref: string
  title: string
  type: string
  subtasks?: TemplateTask[]
  [field: string]: unknown
}

/** The first task is the top. Dependencies on tasks that are not among these are left out. */
export function treeOf(tasks: readonly Task[]): TemplateTask | null {
  const [top] = tasks
  if (top === undefined) return null
  const refs = new Map(tasks.map(({ id }, at) => [id, `task${at + 1}`]))
  const build = (task: Task): TemplateTask => {
    const subtasks = tasks.filter(({ parentId }) => parentId === task.id).map(build)
    const dependsOn = task.dependsOn.flatMap(({ taskId, on }) => {
      const ref = refs.get(taskId)
      return ref === undefined ? [] : [{ ref, on }]
    })
    return {
      ref: refs.get(task.id) ?? '',
      title: task.title,
      type: task.type,
      ...(task.description !== '' && { description: task.description }),
      input: task.input ?? {},
      priority: task.priority,
      ...(task.tags.length > 0 && { tags: [...task.tags] }),
      ...(task.weight !== 1 && { weight: task.weight }),
      ...(dependsOn.length > 0 && { dependsOn, onDependencyFailure: task.onDependencyFailure }),
      ...(task.retry.attempts > 1 && { retry: task.retry }),
      ...(task.timeoutMs !== null && { timeoutMs: task.timeoutMs }),
      ...(subtasks.length > 0 && { subtasks }),
    }
  }
  return build(top)
}
