// How a run starts: it is stored, then waits for its start time, for its gate, and for a slot of its team, as far as
// it needs them. Invariants:
// 1. When a start is answered as accepted, the spec and the first events are in the tables.
// 2. The gate is asked after the run is stored. After a crash in between, the run is queued and asks again.
// 3. A run that is paused while queued does not start when its turn or its time comes. When it is resumed, it asks
//    again.
import { toIso } from '../../../src/core/clock.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import { type StartAnswer, workflowRun } from '../../../src/objects/workflow-run.ts'
import { askGate, enterGate, gateOf, notifyGate } from '../outside/admission/gate.ts'
import { beginOrQueue, joinLine } from '../outside/admission/slot.ts'
import { isInLine } from '../rows/stored-slot.ts'
import type { RunShell } from '../run-shell.ts'
import { isAnswered } from '../turn/concurrency-key.ts'
import { planOf } from '../turn/prepared.ts'
import { titleOf } from '../turn/start-text.ts'
import { launch } from './launch.ts'

/** An event is one row, and the size of a row is limited. */
const ADOPTED_PER_EVENT = 1_000
const PATHS_PER_QUESTION = 1_000

export type Refused = Extract<StartAnswer, { ok: false }>
const REJECTED: Refused = { ok: false, reason: 'rejected' }

/** Null if the run was created. If its gate is full, or its key cannot be evaluated, the run does not exist. */
export async function create(machine: RunShell, spec: RunSpec): Promise<Refused | null> {
  const { carriedOver, ...given } = spec
  const { bodies } = planOf(given)
  const kept = bodies === null ? given : { ...given, bodies }
  const { gate, fault } = await gateOf(spec, machine.now())
  if (fault && isAnswered(spec)) return { ok: false, reason: 'bad_key', detail: fault.message }
  // A gate with `reject` is asked first, so that a rejected run never existed.
  if (gate?.whenFull === 'reject' && (spec.startAt ?? 0) <= machine.now()) {
    if ((await askGate(machine, gate)).state === 'rejected') return REJECTED
  }
  const outputs = await readKept(machine, spec)
  machine.startWith(() => {
    machine.store.create(kept)
    machine.store.writeMeta('createdAt', toIso(machine.now()))
    if (gate) machine.store.writeMeta('gate', JSON.stringify(gate))
    machine.openRun(kept)
    nameRun(machine)
    // The gate is asked below, after the run is stored.
    machine.lastGateNeed = isLater(machine) ? 'none' : 'slot'
    if (carriedOver) adopt(machine, carriedOver, outputs)
    if (fault) launch(machine, fault)
    else if (isLater(machine)) queue(machine, 'start_at')
    else if (gate !== null) queue(machine, 'gate')
    else if (spec.slot === 'line') joinLine(machine)
    else launch(machine)
  })
  if (gate === null || isLater(machine)) return null
  try {
    return (await enterGate(machine)) ? null : REJECTED
  } catch {
    notifyGate(machine)
    return null
  }
}

function nameRun(machine: RunShell): void {
  const { title, fault } = titleOf(machine.requireRun(), machine.now())
  if (title !== null) machine.store.writeMeta('title', title)
  if (fault !== undefined)
    machine.feed([{ fact: { type: 'log', level: 'warn', message: `The run has no title: ${fault}` } }])
}

const isLater = (machine: RunShell): boolean => (machine.requireRun().spec.startAt ?? 0) > machine.now()

/** For a queued run that was loaded or resumed, or whose time has come. */
export function armStart(machine: RunShell): void {
  const run = machine.requireRun()
  const { spec, state } = run
  if (state.run.phase !== 'queued' || state.run.paused) return
  // A slot is offered by the index. Asking for one on each load would wake the run again, through the alarm behind
  // its report.
  if (isInLine(run, machine.store)) return
  if (spec.startAt !== undefined && isLater(machine)) {
    machine.lastGateNeed = 'none'
    machine.setTimer('$start', spec.startAt)
  } else if (machine.store.readMeta('gate') === null) beginOrQueue(machine)
  else notifyGate(machine)
}

function queue(machine: RunShell, reason: string): void {
  machine.feed([{ fact: { type: 'run.queued', reason } }])
  const { startAt } = machine.requireRun().spec
  if (reason === 'start_at' && startAt !== undefined) machine.setTimer('$start', startAt)
  machine.project()
}

/** Reads the outputs to keep from the run that is followed, in answers of limited size. */
async function readKept(machine: RunShell, spec: RunSpec): Promise<[path: string, json: string | null][]> {
  const outputs: [path: string, json: string | null][] = []
  const kept =
    spec.carriedOver?.outcomes.filter(({ status }) => status === 'succeeded' || status === 'failed') ?? []
  const paths = kept.map(({ path }) => path)
  const followed = spec.follows ?? spec.parent?.runId
  if (paths.length === 0 || followed === undefined) return outputs
  const parent = workflowRun(machine.env.RUNS, followed)
  while (outputs.length < paths.length)
    outputs.push(...(await parent.outputs(paths.slice(outputs.length, outputs.length + PATHS_PER_QUESTION))))
  return outputs
}

function adopt(
  machine: RunShell,
  carriedOver: NonNullable<RunSpec['carriedOver']>,
  kept: [path: string, json: string | null][],
): void {
  for (const [path, json] of kept) machine.requireRun().values.store(path, { json })
  const { outcomes, generations } = carriedOver
  machine.store.writeMeta('generations', JSON.stringify(generations))
  machine.store.writeAdopted(outcomes)
  for (let at = 0; at < outcomes.length; at += ADOPTED_PER_EVENT) {
    machine.feed([{ fact: { type: 'run.adopted', outcomes: outcomes.slice(at, at + ADOPTED_PER_EVENT) } }])
  }
}
