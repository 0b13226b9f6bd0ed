// How a run begins: stored first, then through its gate when it has one, at its time when it has one. Invariants:
// 1. A run that is answered as accepted has its spec and its first events in the tables.
// 2. The gate is asked after the run is stored: a crash in between leaves a queued run, which asks again.
import { toIso } from '../../src/core/clock.ts'
import { sha256Hex } from '../../src/core/crypto.ts'
import type { Json } from '../../src/core/json.ts'
import { compileTemplate, evaluateTemplate } from '../../src/engine/expression/index.ts'
import { flowGate, type GateAnswer, type GateRequest } from '../../src/objects/flow-gate.ts'
import { type RunSpec, workflowRun } from '../../src/objects/workflow-run.ts'
import type { RunShell } from './run-shell.ts'

/** An event is one row, and a row has its limit. */
const ADOPTED_PER_EVENT = 1_000
const PATHS_PER_QUESTION = 1_000

/** The gate of a queued run, as it is kept. */
export type StoredGate = GateRequest & { name: string; key: string }

/** False when the gate takes no more: the run is not there then. */
export async function create(machine: RunShell, spec: RunSpec): Promise<boolean> {
  const { legacy, ...kept } = spec
  const gate = await gateOf(spec)
  // A gate that rejects is asked first, so that a run it refuses was never there.
  if (gate?.whenFull === 'reject' && (spec.startAt ?? 0) <= machine.now()) {
    if ((await askGate(machine, gate)).state === 'rejected') return false
  }
  const outputs = await readKept(machine, spec)
  machine.startWith(() => {
    machine.store.create(kept)
    machine.store.writeMeta('createdAt', toIso(machine.now()))
    if (gate) machine.store.writeMeta('gate', JSON.stringify(gate))
    machine.hold(kept)
    if (legacy) adopt(machine, legacy, outputs)
    if (isLater(machine)) queue(machine, 'start_at')
    else if (gate === null) begin(machine)
    else queue(machine, 'gate')
  })
  await machine.reportEnd()
  if (gate === null || isLater(machine)) return true
  try {
    return await enterGate(machine)
  } catch {
    machine.tell('enter_gate', null)
    return true
  }
}

const isLater = (machine: RunShell): boolean => (machine.requireRun().spec.startAt ?? 0) > machine.now()

/** For a run that was loaded while it was queued. */
export function armStart(machine: RunShell): void {
  const { spec, state } = machine.requireRun()
  if (state.run.phase !== 'queued') return
  if (spec.startAt !== undefined && spec.startAt > machine.now()) machine.setTimer('$start', spec.startAt)
  else if (machine.store.readMeta('gate') !== null) machine.tell('enter_gate', null)
  else begin(machine)
}

/** Its time has come. */
export function startNow(machine: RunShell): void {
  if (machine.store.readMeta('gate') === null) begin(machine)
  else machine.tell('enter_gate', null)
}

export function begin(machine: RunShell): void {
  const { spec, state } = machine.requireRun()
  if (state.run.phase !== 'queued') return
  const generations = JSON.parse(machine.store.readMeta('generations') ?? '{}') as Record<string, number>
  machine.feed([
    {
      fact: {
        type: 'run.started',
        runId: spec.runId,
        keyRoot: spec.keyRoot ?? spec.runId,
        mode: spec.mode ?? 'start',
        generations,
        ...(spec.parent ? { parentRunId: spec.parent.runId } : {}),
        ...(spec.entry ? { entry: spec.entry } : {}),
      },
    },
  ])
}

function queue(machine: RunShell, reason: string): void {
  machine.feed([{ fact: { type: 'run.queued', reason } }])
  const { startAt } = machine.requireRun().spec
  if (reason === 'start_at' && startAt !== undefined) machine.setTimer('$start', startAt)
  machine.project()
}

/** The outputs of what is kept, read from the run that is followed in answers of bearable size. */
async function readKept(machine: RunShell, spec: RunSpec): Promise<[path: string, json: string | null][]> {
  const outputs: [path: string, json: string | null][] = []
  const paths = spec.legacy?.outcomes.map(({ path }) => path) ?? []
  if (paths.length === 0 || spec.parent === undefined) return outputs
  const parent = workflowRun(machine.env.RUNS, spec.parent.runId)
  while (outputs.length < paths.length)
    outputs.push(...(await parent.outputs(paths.slice(outputs.length, outputs.length + PATHS_PER_QUESTION))))
  return outputs
}

function adopt(
  machine: RunShell,
  legacy: NonNullable<RunSpec['legacy']>,
  kept: [path: string, json: string | null][],
): void {
  for (const [path, json] of kept) machine.requireRun().values.store(path, { json })
  const { outcomes, generations } = legacy
  machine.store.writeMeta('generations', JSON.stringify(generations))
  machine.store.writeAdopted(outcomes)
  for (let at = 0; at < outcomes.length; at += ADOPTED_PER_EVENT) {
    machine.feed([{ fact: { type: 'run.adopted', outcomes: outcomes.slice(at, at + ADOPTED_PER_EVENT) } }])
  }
}

export async function enterGate(machine: RunShell): Promise<boolean> {
  const stored = readGate(machine)
  if (stored === null) return true
  const answer = await askGate(machine, stored)
  if (answer.state === 'rejected') {
    const reason = 'The workflow takes no more runs at this time'
    machine.feed([{ fact: { type: 'run.cancel_requested', by: 'gate', reason } }])
    return false
  }
  if (answer.state === 'in') begin(machine)
  return true
}

function askGate(machine: RunShell, { name, key: _key, ...request }: StoredGate): Promise<GateAnswer> {
  return flowGate(machine.env.GATES, name).enter(request)
}

/** Where a queued run stands in line; 1 is next. Null when it does not wait, or its gate does not answer now. */
export async function placeInLine(machine: RunShell): Promise<number | null> {
  const gate = readGate(machine)
  if (gate === null || machine.requireRun().state.run.phase !== 'queued') return null
  return flowGate(machine.env.GATES, gate.name)
    .place(gate.runId)
    .catch(() => null)
}

export function readGate(machine: RunShell): StoredGate | null {
  const text = machine.store.readMeta('gate')
  return text === null ? null : (JSON.parse(text) as StoredGate)
}

/** Descendants share the slot of the run that began: they never wait for a gate that waits for them. */
async function gateOf(spec: RunSpec): Promise<StoredGate | null> {
  const { settings } = JSON.parse(spec.definition) as {
    settings?: { concurrency?: { limit: number; key?: string; whenFull?: GateRequest['whenFull'] } }
  }
  const concurrency = settings?.concurrency
  if (concurrency === undefined || spec.parent?.wait) return null
  const key = keyOf(concurrency.key, spec.input)
  const name = `${spec.teamId} ${spec.workflowId ?? spec.workflowName} ${await sha256Hex(key)}`
  return {
    name,
    key: key.slice(0, 200),
    runId: spec.runId,
    limit: concurrency.limit,
    whenFull: concurrency.whenFull ?? 'queue',
  }
}

/** A key that cannot be evaluated is a key of its own: such runs queue behind each other. */
function keyOf(template: string | undefined, input: Json): string {
  if (template === undefined) return ''
  const compiled = compileTemplate(template)
  const value = compiled.ok ? evaluateTemplate(compiled.value, { input }) : compiled
  return value.ok
    ? typeof value.value === 'string'
      ? value.value
      : JSON.stringify(value.value ?? null)
    : '$invalid'
}
