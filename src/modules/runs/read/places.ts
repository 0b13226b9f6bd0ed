// The places in line of the queued runs on a page. The index only knows that they wait, so this asks their gates: one request
// for each gate, all in parallel. If a gate does not respond in time, its places are left out.
import { type FlowGateNamespace, flowGate } from '../../../objects/flow-gate.ts'
import type { RunRow } from './repo.ts'

const MAX_GATES = 20
const PATIENCE_MS = 1_000

/** As stored in the index. `gate` is the gate to ask; it is not shown. */
export type StoredWait = { kind: string; gate?: string | null }

export const waitsIn = ({ waitingFor }: RunRow): StoredWait[] =>
  waitingFor === null ? [] : (JSON.parse(waitingFor) as StoredWait[])

export async function placesOf(
  gates: FlowGateNamespace,
  rows: readonly RunRow[],
): Promise<Record<string, number>> {
  const asked = new Map<string, string[]>()
  for (const row of rows) {
    const gate = waitsIn(row).find(({ kind }) => kind === 'slot')?.gate
    if (gate == null) continue
    const ids = asked.get(gate)
    if (ids) ids.push(row.id)
    else if (asked.size < MAX_GATES) asked.set(gate, [row.id])
  }
  if (asked.size === 0) return {}
  const answers = [...asked].map(async ([name, ids]) => {
    const answer = flowGate(gates, name).places(ids)
    return Promise.race([answer, patience()])
  })
  const places: Record<string, number> = {}
  for (const answer of await Promise.allSettled(answers)) {
    if (answer.status === 'fulfilled') Object.assign(places, answer.value)
  }
  return places
}

const patience = (): Promise<Record<string, number>> =>
  new Promise((resolve) => {
    setTimeout(() => resolve({}), PATIENCE_MS)
  })
