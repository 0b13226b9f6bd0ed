// How the rest of the Worker speaks to the desk of a team, which works off what follows from changes of its tasks.
export interface TaskDeskRpc {
  /** Something has changed. Answers at once; the work follows. */
  wake(teamId: string): Promise<void>
}

export type TaskDeskNamespace = DurableObjectNamespace<TaskDeskRpc & Rpc.DurableObjectBranded>

export const taskDesk = (namespace: TaskDeskNamespace, teamId: string): TaskDeskRpc =>
  namespace.get(namespace.idFromName(teamId)) as unknown as TaskDeskRpc
