// The stored gate of a run.
import type { GateRequest } from '../../../src/objects/flow-gate.ts'
import type { RunStore } from './store.ts'

export type StoredGate = Pick<GateRequest, 'runId' | 'limit' | 'whenFull'> & { name: string; key: string }

export function readGate(store: RunStore): StoredGate | null {
  const text = store.readMeta('gate')
  return text === null ? null : (JSON.parse(text) as StoredGate)
}
