// A run and its gate. Invariants:
// 1. What the run wants of its gate follows from its state alone (`needOf`), so a message may be lost, late or told twice:
//    the newest is told until it is heard, and a slot is taken only with the answer to the newest.
// 2. Whoever wants something else than was last told writes that down in the turn that made it so.
// 3. A run that may give its slot away does so whenever it only waits, and starts nothing before it has one again.
import { sha256Hex } from '../../../src/core/crypto.ts'
import type { GateMessage, GateNeed, WhenFull } from '../../../src/engine/gate.ts'
import type { NodeError } from '../../../src/engine/model/event.ts'
import { hasEnded, wantsSlot } from '../../../src/engine/model/state.ts'
import { flowGate, type GateAnswer, type GateRequest } from '../../../src/objects/flow-gate.ts'
import type { RunSpec } from '../../../src/objects/workflow-run.ts'
import { readGate, type StoredGate } from '../rows/stored-gate.ts'
import type { RunShell } from '../run-shell.ts'
import { keyOf } from '../turn/concurrency-key.ts'
import { beginOrQueue } from './slot.ts'

/** Descendants share the slot of the run that began: they never wait for a gate that waits for them. */
export async function gateOf(
  spec: RunSpec,
  now: number,
): Promise<{ gate: StoredGate | null; fault?: NodeError }> {
  const { settings } = JSON.parse(spec.definition) as {
    settings?: { concurrency?: { limit: number; key?: string; whenFull?: WhenFull } }
  }
  const concurrency = settings?.concurrency
  // A deployment has its gate also where a workflow waits for it: others change the same site.
  const isShared = spec.parent?.wait === true && spec.kind !== 'deployment'
  if (concurrency === undefined || isShared) return { gate: null }
  const made = keyOf(concurrency.key, spec, now)
  if (!made.ok) return { gate: null, fault: made.error }
  const key = made.value
  // An agent may be renamed while calls of it wait.
  const of = spec.workflowId ?? (spec.kind === 'agent' ? 'agent' : spec.workflowName)
  const name = `${spec.teamId} ${of} ${await sha256Hex(key)}`
  const gate = {
    name,
    key: key.slice(0, 200),
    runId: spec.runId,
    limit: concurrency.limit,
    whenFull: concurrency.whenFull ?? 'queue',
  }
  return { gate }
}

/** What the run wants of its gate now, by its state. */
export function needOf(machine: RunShell): GateNeed {
  const { spec, state } = machine.requireRun()
  const { phase, paused, held } = state.run
  if (phase === 'ended') return 'gone'
  if (phase === 'queued') {
    if ((spec.startAt ?? 0) > machine.now()) return 'none'
    return paused ? 'place' : 'slot'
  }
  // A run that has begun keeps its slot when it is paused, unless it has given it away.
  if (!held) return 'slot'
  if (!wantsSlot(state)) return 'none'
  return paused ? 'place' : 'slot'
}

export const gateMessageOf = (machine: RunShell): GateMessage => ({
  need: needOf(machine),
  seq: machine.requireRun().state.run.seq,
})

/** After each turn. Costs nothing where the workflow has no gate. */
export function followGate(machine: RunShell): void {
  const run = machine.requireRun()
  const { concurrency } = run.plan.definition.settings ?? {}
  if (concurrency === undefined || run.spec.parent?.wait || hasEnded(run.state)) return
  const { status, held } = run.state.run
  if (concurrency.scope === 'active' && status === 'waiting' && !held) {
    // What follows from this turn comes back here.
    machine.feed([{ fact: { type: 'run.yielded' } }])
    return
  }
  if (machine.gateKnows !== needOf(machine)) tellGate(machine)
}

/** Writes down that the gate is to hear what the run wants. */
export function tellGate(machine: RunShell): void {
  const need = needOf(machine)
  machine.gateKnows = need
  machine.store.replaceOutbox('gate', null, machine.now())
  machine.scheduleDrain(0)
  // The index shows what a run that has begun waits for.
  if (need === 'slot' && machine.requireRun().state.run.held) machine.project()
}

/** Part of the outbox: tells the gate what the run wants by now. */
export async function speakToGate(machine: RunShell): Promise<void> {
  const gate = readGate(machine.store)
  if (gate === null) return
  const message = gateMessageOf(machine)
  if (message.need === 'slot' || message.need === 'place') await enterGate(machine)
  else if (message.need === 'none') await flowGate(machine.env.GATES, gate.name).hear(gate.runId, message)
  else await flowGate(machine.env.GATES, gate.name).leave(gate.runId)
}

/** Asks for a slot, and takes it if there is one. False when the gate takes no more, and the run is over. */
export async function enterGate(machine: RunShell): Promise<boolean> {
  const gate = readGate(machine.store)
  if (gate === null) return true
  const { state } = machine.requireRun()
  const asked = newestMessage(machine)
  const answer = await askGate(machine, gate, {
    held: needOf(machine) === 'place',
    again: state.run.phase !== 'queued',
    seq: state.run.seq,
  })
  if (machine.run === null) return true
  if (hasEnded(machine.run.state)) {
    // It ended while it asked, and the gate may have heard the question last.
    machine.tell('leave_gate', { name: gate.name })
  } else if (answer.state === 'rejected') {
    const reason = 'The workflow takes no more runs at this time'
    machine.feed([{ fact: { type: 'run.cancel_requested', by: 'gate', reason } }])
    return false
  } else if (answer.state === 'in' && newestMessage(machine) === asked) takeSlot(machine)
  return true
}

export function askGate(
  machine: RunShell,
  { name, runId, limit, whenFull }: StoredGate,
  how: Pick<GateRequest, 'held' | 'again' | 'seq'> = {},
): Promise<GateAnswer> {
  return flowGate(machine.env.GATES, name).enter({ runId, limit, whenFull, ...how })
}

/**
 * The gate offers a slot. While a newer message is on its way an older one may still be, and could take the slot back from a
 * run that has begun: then the slot is taken with the answer to the newest message.
 */
export function slotOffered(machine: RunShell): void {
  if (newestMessage(machine) === undefined) takeSlot(machine)
}

/** The message to the gate that is still to be told, or is being told now. */
const newestMessage = ({ store }: RunShell): number | undefined =>
  store.readOutbox().findLast(({ kind }) => kind === 'gate')?.id

/** One that does not want it any more has written down so, and the gate will hear it. */
function takeSlot(machine: RunShell): void {
  if (needOf(machine) !== 'slot') return
  const { phase, held } = machine.requireRun().state.run
  if (phase === 'queued') beginOrQueue(machine)
  else if (held) machine.feed([{ fact: { type: 'run.admitted' } }])
}

/** Where the run stands in line; 1 is next. Null when it does not wait, or its gate does not answer now. */
export async function placeInLine(machine: RunShell): Promise<number | null> {
  const gate = readGate(machine.store)
  if (gate === null) return null
  return flowGate(machine.env.GATES, gate.name)
    .place(gate.runId)
    .catch(() => null)
}
