// A run and its gate. Invariants:
// 1. What the run needs from its gate follows from its state (`needOf`). So a message may be lost, late or repeated:
//    the newest is sent until it is received, and only an answer to the newest gives a slot.
// 2. If the need changes, a message is written in the turn that changed it.
// 3. A run with scope `active` gives up its slot whenever it only waits, and starts nothing before it has one again.
import { sha256Hex } from '../../../../src/core/crypto.ts'
import type { GateMessage, GateNeed, WhenFull } from '../../../../src/engine/gate.ts'
import type { NodeError } from '../../../../src/engine/model/event.ts'
import { hasEnded, wantsSlot } from '../../../../src/engine/model/state.ts'
import { flowGate, type GateAnswer, type GateRequest } from '../../../../src/objects/flow-gate.ts'
import type { RunSpec } from '../../../../src/objects/run-spec.ts'
import { readGate, type StoredGate } from '../../rows/stored-gate.ts'
import type { RunShell } from '../../run-shell.ts'
import { keyOf } from '../../turn/concurrency-key.ts'
import { beginOrQueue } from './slot.ts'

/** Descendants use the slot of the root run, so they never wait for a gate that waits for them. */
export async function gateOf(
  spec: RunSpec,
  now: number,
): Promise<{ gate: StoredGate | null; fault?: NodeError }> {
  const { settings } = JSON.parse(spec.definition) as {
    settings?: { concurrency?: { limit: number; key?: string; whenFull?: WhenFull } }
  }
  const concurrency = settings?.concurrency
  // A deployment has its gate even if a workflow waits for it, because other runs change the same site.
  const isShared = spec.parent?.wait === true && spec.kind !== 'deployment'
  if (concurrency === undefined || isShared) return { gate: null }
  const made = keyOf(concurrency.key, spec, now)
  if (!made.ok) return { gate: null, fault: made.error }
  const key = made.value
  // An agent may be renamed while its calls wait.
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

/** What the run needs from its gate, by its state. */
export function needOf(machine: RunShell): GateNeed {
  const { spec, state } = machine.requireRun()
  const { phase, paused, held } = state.run
  if (phase === 'ended') return 'gone'
  if (phase === 'queued') {
    if ((spec.startAt ?? 0) > machine.now()) return 'none'
    return paused ? 'place' : 'slot'
  }
  // A running run keeps its slot while it is paused, unless it has given it up.
  if (!held) return 'slot'
  if (!wantsSlot(state)) return 'none'
  return paused ? 'place' : 'slot'
}

export const gateMessageOf = (machine: RunShell): GateMessage => ({
  need: needOf(machine),
  seq: machine.requireRun().state.run.seq,
})

/** Called after each turn. Costs nothing if the workflow has no gate. */
export function followGate(machine: RunShell): void {
  const run = machine.requireRun()
  const { concurrency } = run.plan.definition.settings ?? {}
  if (concurrency === undefined || run.spec.parent?.wait || hasEnded(run.state)) return
  const { status, held } = run.state.run
  if (concurrency.scope === 'active' && status === 'waiting' && !held) {
    // The turn calls this function again.
    machine.feed([{ fact: { type: 'run.yielded' } }])
    return
  }
  if (machine.lastGateNeed !== needOf(machine)) notifyGate(machine)
}

/** Queues a message to the gate with what the run needs. */
export function notifyGate(machine: RunShell): void {
  const need = needOf(machine)
  machine.lastGateNeed = need
  machine.store.replaceOutbox('gate', null, machine.now())
  machine.scheduleDrain(0)
  // The index shows what a running run waits for.
  if (need === 'slot' && machine.requireRun().state.run.held) machine.project()
}

/** Called by the outbox: sends what the run needs now. */
export async function sendToGate(machine: RunShell): Promise<void> {
  const gate = readGate(machine.store)
  if (gate === null) return
  const message = gateMessageOf(machine)
  if (message.need === 'slot' || message.need === 'place') await enterGate(machine)
  else if (message.need === 'none') await flowGate(machine.env.GATES, gate.name).receive(gate.runId, message)
  else await flowGate(machine.env.GATES, gate.name).leave(gate.runId)
}

/** Asks for a slot, and takes it if there is one. False if the gate is full and the run ends. */
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
    // The run ended while it asked, and the gate may have received the question last.
    machine.enqueue('leave_gate', { name: gate.name })
  } else if (answer.state === 'rejected') {
    const reason = 'The concurrency limit of the workflow is reached'
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
 * The gate offers a slot. While a newer message is on its way, an older one may be too, and could take the slot from
 * a run that has started. So the slot is then taken with the answer to the newest message.
 */
export function slotOffered(machine: RunShell): void {
  if (newestMessage(machine) === undefined) takeSlot(machine)
}

/** The newest message to the gate that is not delivered yet. */
const newestMessage = ({ store }: RunShell): number | undefined =>
  store.readOutbox().findLast(({ kind }) => kind === 'gate')?.id

/** If the run no longer needs the slot, it has written a message that says so. */
function takeSlot(machine: RunShell): void {
  if (needOf(machine) !== 'slot') return
  const { phase, held } = machine.requireRun().state.run
  if (phase === 'queued') beginOrQueue(machine)
  else if (held) machine.feed([{ fact: { type: 'run.admitted' } }])
}

/** The position of the run in the queue; 1 is next. Null if it does not wait, or the gate does not answer. */
export async function placeInLine(machine: RunShell): Promise<number | null> {
  const gate = readGate(machine.store)
  if (gate === null) return null
  return flowGate(machine.env.GATES, gate.name)
    .place(gate.runId)
    .catch(() => null)
}
