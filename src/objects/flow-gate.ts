// A gate limits how many runs with the same key are active. There is one object per key, so two runs cannot enter at the same time.
// After a deployment, new code may call an old object for a while, so calls may only be extended, never changed.
import type { GateMessage, WhenFull } from '../engine/gate.ts'

export type GateRequest = {
  runId: string
  limit: number
  whenFull: WhenFull
  /** The run has begun before and gave up its slot while it waited. It is neither refused nor does it replace another one. */
  again?: boolean
  /** The run is paused: it keeps its place in line but takes no slot. */
  held?: boolean
  /** Its `seq`. A message with an older number changes nothing. */
  seq?: number
}

export type GateAnswer =
  | { state: 'in' }
  /** 1 is next. */
  | { state: 'queued'; place: number }
  /** Also returned to a run that was replaced. */
  | { state: 'rejected' }

export interface FlowGateRpc {
  /** Repeating it changes nothing: an active run stays active, and a waiting one keeps its place. */
  enter(request: GateRequest): Promise<GateAnswer>
  /** The run has ended. */
  leave(runId: string): Promise<void>
  /** Updates what the run wants, without requesting a slot. */
  receive(runId: string, message: GateMessage): Promise<void>
  place(runId: string): Promise<number | null>
  /** The positions of the known runs: 0 is active, 1 is next. */
  places(runIds: string[]): Promise<Record<string, number>>
}

export type FlowGateNamespace = DurableObjectNamespace<FlowGateRpc & Rpc.DurableObjectBranded>

export const flowGate = (namespace: FlowGateNamespace, name: string): FlowGateRpc =>
  namespace.get(namespace.idFromName(name)) as unknown as FlowGateRpc
