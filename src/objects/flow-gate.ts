// A gate lets so many runs of one key through at a time. One object per key, so that no two can slip in at once.

export type GateRequest = {
  runId: string
  limit: number
  whenFull: 'queue' | 'reject' | 'replace'
}

export type GateAnswer =
  | { state: 'in' }
  /** 1 is next. */
  | { state: 'queued'; place: number }
  | { state: 'rejected' }

export interface FlowGateRpc {
  /** Asking twice is asking once: a run that is in stays in, one that waits keeps its place. */
  enter(request: GateRequest): Promise<GateAnswer>
  leave(runId: string): Promise<void>
  place(runId: string): Promise<number | null>
}

export type FlowGateNamespace = DurableObjectNamespace<FlowGateRpc & Rpc.DurableObjectBranded>

export const flowGate = (namespace: FlowGateNamespace, name: string): FlowGateRpc =>
  namespace.get(namespace.idFromName(name)) as unknown as FlowGateRpc
