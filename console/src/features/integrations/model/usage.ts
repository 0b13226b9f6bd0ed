const DAY_MS = 86_400_000

type Day = { day: string; calls: number }

/** Every day from `since` on, with those that had no calls. */
export function daysOf(since: string, used: readonly Day[], count: number): Day[] {
  const calls = new Map(used.map(({ day, calls: number }) => [day, number]))
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(Date.parse(`${since}T00:00:00Z`) + at * DAY_MS).toISOString().slice(0, 10)
    return { day, calls: calls.get(day) ?? 0 }
  })
}

export type User = {
  id: string
  name: string
  kind: 'workflow' | 'agent' | 'task' | 'task template' | 'export'
}

type Named = {
  referencedBy: readonly { workflowId: string; workflowName: string }[]
  agents: readonly { agentId: string; agentName: string }[]
  tasks: readonly { taskId: string; taskTitle: string }[]
  taskTemplates: readonly { templateId: string; templateName: string }[]
  exportsCosts: boolean
}

/** Everything that fails without it. */
export const usersOf = ({ referencedBy, agents, tasks, taskTemplates, exportsCosts }: Named): User[] => [
  ...referencedBy.map((one) => ({ id: one.workflowId, name: one.workflowName, kind: 'workflow' as const })),
  ...agents.map((one) => ({ id: one.agentId, name: one.agentName, kind: 'agent' as const })),
  ...tasks.map((one) => ({ id: one.taskId, name: one.taskTitle, kind: 'task' as const })),
  ...taskTemplates.map((one) => ({
    id: one.templateId,
    name: one.templateName,
    kind: 'task template' as const,
  })),
  ...(exportsCosts ? [{ id: 'costs', name: 'The scheduled export of costs', kind: 'export' as const }] : []),
]
