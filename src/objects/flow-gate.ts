// A gate lets so many runs of one key through at a time. One object per key, so that no two can slip in at once. After a
// deploy new code may speak to an old object for a while, so what is asked is added to, never changed.
import type { GateMessage, WhenFull } from '../engine/gate.ts'

export type GateRequest = {
  runId: string
  limit: number
  whenFull: WhenFull
  /** The run has begun before and gave its slot away while it waited: it is neither refused nor does it replace. */
  again?: boolean
  /** It is paused: it keeps a place in line and takes no slot. */
  held?: boolean
  /** Its `seq`: a message that is older than the newest known changes nothing. */
  seq?: number
}

export type GateAnswer =
  | { state: 'in' }
  /** 1 is next. */
  | { state: 'queued'; place: number }
  /** Also to a run that was replaced. */
  | { state: 'rejected' }

export interface FlowGateRpc {
  /** Asking twice is asking once: a run that is in stays in, one that waits keeps its place. */
  enter(request: GateRequest): Promise<GateAnswer>
  /** The run has ended. */
  leave(runId: string): Promise<void>
  /** What the run wants now, without asking to be let in. */
  hear(runId: string, message: GateMessage): Promise<void>
  place(runId: string): Promise<number | null>
  /** Of those that are here: 0 is inside, 1 is next. */
  places(runIds: string[]): Promise<Record<string, number>>
}

export type FlowGateNamespace = DurableObjectNamespace<FlowGateRpc & Rpc.DurableObjectBranded>

export const flowGate = (namespace: FlowGateNamespace, name: string): FlowGateRpc =>
  namespace.get(namespace.idFromName(name)) as unknown as FlowGateRpc
