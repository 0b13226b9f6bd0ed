// Which queued tasks may start together. The statement that starts one checks the limits again.

/** How many more tasks a limit allows. `status` limits count the tasks of that status. */
export type Room = { kind: 'assignee' | 'agent' | 'status'; subject: string; room: number }
export type Queued = { assignee: string; agentId: string }

/** Selects tasks in the order of the queue. Each selected task uses up one place of every limit that applies to it. */
export function withinLimits<Task extends Queued>(queued: readonly Task[], limits: readonly Room[]): Task[] {
  if (limits.length === 0) return [...queued]
  const left = limits.map((limit) => ({ ...limit }))
  return queued.filter(({ assignee, agentId }) => {
    const subjects = { assignee, agent: agentId, status: 'running' }
    // If the limit of the status is reached, no task can start.
    if (
      left.some(({ kind, subject, room }) => room <= 0 && (kind === 'status' || subject === subjects[kind]))
    )
      return false
    for (const limit of left) if (limit.subject === subjects[limit.kind]) limit.room--
    return true
  })
}
