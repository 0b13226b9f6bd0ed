// The interface to a team's task desk, which processes what follows from changes of its tasks.
export interface TaskDeskRpc {
  /** Reports a change. Returns immediately; the work follows. */
  wake(teamId: string): Promise<void>
}

export type TaskDeskNamespace = DurableObjectNamespace<TaskDeskRpc & Rpc.DurableObjectBranded>

export const taskDesk = (namespace: TaskDeskNamespace, teamId: string): TaskDeskRpc =>
  namespace.get(namespace.idFromName(teamId)) as unknown as TaskDeskRpc
