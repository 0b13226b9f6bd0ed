// What a following run keeps of this run.
import { isTerminal } from '../../../../src/engine/model/state.ts'
import {
  adoptForCompensation,
  adoptForRerun,
  adoptForRetry,
  type Known,
} from '../../../../src/engine/resume/adopt.ts'
import { bodiesToKeep } from '../../../../src/engine/resume/bodies.ts'
import { changedKept } from '../../../../src/engine/resume/changed-nodes.ts'
import type { CarriedOverAnswer } from '../../../../src/objects/following-runs.ts'
import type { RunRpc } from '../../../../src/objects/workflow-run.ts'
import type { RunShell } from '../../run-shell.ts'
import { sentBy } from '../../turn/fingerprint.ts'
import { planFor } from '../../turn/prepared.ts'
import type { Run } from '../../turn/scope.ts'
import { askedAgain, mayAsk } from './asked-again.ts'
import { compensatedOf } from './compensated.ts'

export type Follow = Parameters<RunRpc['carriedOver']>[0]

const conflict = (detail: string): CarriedOverAnswer => ({ ok: false, reason: 'conflict', detail })

export async function carriedOverOf(machine: RunShell, follow: Follow): Promise<CarriedOverAnswer> {
  const { run } = machine
  if (run === null) return { ok: false, reason: 'not_found', detail: 'The run does not exist.' }
  const { plan, state, spec } = run
  const { status } = state.run
  const { mode, from, definition } = follow
  const isCompensation = state.run.mode === 'compensate'
  if (!isTerminal(status))
    return conflict(`The run is ${status}. Wait for its end, then retry, rerun or compensate it.`)
  if (mode === 'retry' && status === 'succeeded')
    return conflict('The run succeeded, so there is nothing to retry. Rerun it instead.')
  if (mode !== 'retry' && isCompensation)
    return conflict('The run is a compensation. Retry it if it failed, or rerun the run that it undid.')
  if (from !== undefined && !plan.byId.has(from))
    return { ok: false, reason: 'conflict', detail: 'The run has no node with this id.', field: 'from' }
  const keepsOutcomes = mode === 'retry' || from !== undefined
  const compensated = keepsOutcomes && !isCompensation ? await compensatedOf(machine) : new Set<string>()
  if (typeof compensated === 'string')
    return conflict(
      `The run ${compensated} is undoing outcomes that the new run would keep. Try again after it has ended.`,
    )
  const known = knownOf(machine, run, follow, compensated)
  const carriedOver = isCompensation
    ? adoptForCompensation(plan, state, known)
    : adoptionOf(run, follow, known)
  const after = definition === undefined ? plan : planFor(definition)
  const bodies = bodiesToKeep(plan, after)
  if (definition !== undefined && carriedOver.outcomes.length > 0) {
    const problems = changedKept(plan, after, carriedOver.outcomes)
    if (problems.length > 0) {
      return {
        ok: false,
        reason: 'changed',
        detail: 'Some nodes whose outcomes would be kept are different in that version.',
        problems,
      }
    }
  }
  const next = plan.bodies === null ? spec : { ...spec, bodies }
  if (isCompensation) return { ok: true, spec: next, carriedOver, mode: 'compensate' }
  return {
    ok: true,
    spec: next,
    carriedOver,
    ...(mode === 'compensate' ? { detached: detachedOf(run) } : {}),
  }
}

const MAX_DETACHED = 100

/** Runs that nodes have started without waiting for them. */
function detachedOf({ plan, state, values }: Run): string[] {
  const found: string[] = []
  for (const { path, node, status, undoes } of state.activations.values()) {
    const type = plan.nodes[node]?.type
    if (type !== 'flow.workflow' || status !== 'succeeded' || undoes !== null) continue
    if (plan.nodes[node]?.node.params?.wait !== false || found.length >= MAX_DETACHED) continue
    const { runId } = (values.read(path) ?? {}) as { runId?: unknown }
    if (typeof runId === 'string') found.push(runId)
  }
  return found
}

function adoptionOf({ plan, state }: Run, { mode, from }: Follow, known: Known) {
  if (mode === 'compensate') return adoptForCompensation(plan, state, known)
  if (mode === 'retry') return adoptForRetry(plan, state, known)
  return from === undefined ? { outcomes: [], generations: {} } : adoptForRerun(plan, state, from, known)
}

function knownOf({ store }: RunShell, run: Run, follow: Follow, compensated: ReadonlySet<string>): Known {
  const isAgain = askedAgain(run, follow)
  return {
    compensated,
    ...(isAgain === null ? {} : { isAgain, asks: (node) => mayAsk(run, follow, node) }),
    childOf: (path) => store.readChild(path)?.runId ?? run.state.adopted.get(path)?.child,
    ...(follow.mode === 'retry' ? { sentOf: (activation) => sentBy(run, activation) } : {}),
  }
}

/** Far below the limit of one answer. Contains at least one output, because each output is smaller than that. */
const MAX_ANSWER_CHARS = 8 * 1024 * 1024

export function outputsOf(
  { store }: RunShell,
  paths: readonly string[],
): [path: string, json: string | null][] {
  const outputs: [path: string, json: string | null][] = []
  let chars = 0
  for (const path of paths) {
    const json = store.readOutput(path)
    chars += json?.length ?? 0
    if (chars > MAX_ANSWER_CHARS && outputs.length > 0) break
    outputs.push([path, json])
  }
  return outputs
}
