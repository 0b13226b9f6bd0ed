// Requests of people and of other parts to a loaded run, and the answers.
import { MAX_KEPT_SIGNALS } from '../../../src/engine/advance/wait.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import type { RunActor } from '../../../src/objects/run-spec.ts'
import type {
  ControlAnswer,
  ControlVerb,
  Decide,
  Note,
  Resolve,
  Signal,
} from '../../../src/objects/workflow-run.ts'
import { leaveLine } from '../outside/admission/slot.ts'
import { addAuditEntry, type RunAuditEntry } from '../outside/audit.ts'
import { mayResume, recordPause } from '../outside/other-runs/children.ts'
import type { StoredWait } from '../rows/store.ts'
import { encodeValue } from '../rows/values.ts'
import type { RunShell } from '../run-shell.ts'
import { hideStored } from '../show/redaction.ts'
import { viewRun } from '../show/view.ts'
import type { ShellFact } from '../turn/outcome.ts'
import { decide, hasRoomFor } from '../turn/waits.ts'
import { armStart } from './begin.ts'

const missing = (): ControlAnswer => ({ ok: false, reason: 'not_found', detail: 'The run does not exist.' })
const conflict = (detail: string): ControlAnswer => ({ ok: false, reason: 'conflict', detail })

const viewAnswer = (machine: RunShell): ControlAnswer => ({
  ok: true,
  run: hideStored(viewRun(machine.requireRun(), machine.store, { output: true }), machine.requireRun()),
})

type Actor = RunActor | undefined

const FACTS = { cancel: 'run.cancel_requested', pause: 'run.paused', resume: 'run.resumed' } as const
const DONE = { cancel: 'cancelled', pause: 'paused', resume: 'resumed' } as const

export function control(machine: RunShell, verb: ControlVerb, by: string, actor: Actor): ControlAnswer {
  const { run } = machine
  if (run === null) return missing()
  const { status, paused } = run.state.run
  if (hasEnded(run.state)) {
    return verb === 'cancel' && status === 'cancelled'
      ? viewAnswer(machine)
      : conflict(`The run has already ended with the status ${status}.`)
  }
  if (verb === 'resume' && !mayResume(machine, by)) return viewAnswer(machine)
  const fact = { type: FACTS[verb], by }
  const onAccepted = () => addAuditEntry(machine, actor, { action: `run.${verb}_requested` })
  // A cancel must end the run. If applying it keeps crashing the run, the crash limit ends the run.
  const together: RunShell['atomically'] = (work) =>
    verb === 'cancel' ? machine.atomically(work) : machine.forCaller(work)
  const { accepted } = together(() => {
    const result = machine.feed([{ fact, onAccepted }])
    if (verb === 'pause' && result.accepted) leaveLine(machine)
    if (verb === 'resume' && result.accepted) armStart(machine)
    return result
  })
  if (verb === 'pause' && (accepted || paused)) recordPause(machine, by, paused)
  const isAlreadySet = (verb === 'pause' && paused) || (verb === 'resume' && !paused)
  return accepted || isAlreadySet
    ? viewAnswer(machine)
    : conflict(`A run with the status ${status} cannot be ${DONE[verb]}.`)
}

export function signal(machine: RunShell, request: Signal, actor: Actor): ControlAnswer {
  const { run, store } = machine
  if (run === null) return missing()
  const { name, data, id } = request
  if (id !== undefined && store.hasSignal(id)) return viewAnswer(machine)
  if (hasEnded(run.state))
    return conflict(`The run has already ended with the status ${run.state.run.status}.`)
  if (!hasRoomFor(machine.shell, name, data, machine.now())) {
    return conflict(
      `The run already keeps ${MAX_KEPT_SIGNALS} signals that no node has accepted. Send the signal again later.`,
    )
  }
  const received: ShellFact = {
    fact: { type: 'signal.received', name, data, ...(id === undefined ? {} : { id }) },
    onAccepted: (seq) => {
      store.writeSignal(seq, name, id ?? null, data)
      addAuditEntry(machine, actor, { action: 'run.signalled', after: { name } })
    },
  }
  machine.forCaller(() => machine.feed([received]))
  return viewAnswer(machine)
}

/** Null if the team has no such run here. */
export function note(
  machine: RunShell,
  { teamId, by, message, status, data }: Note,
  actor: Actor,
): { isNoted: boolean; workflowId: string | null; workflowName: string } | null {
  const { run } = machine
  if (run === null || run.spec.teamId !== teamId) return null
  const { workflowId, workflowName } = run.spec
  const fact = {
    type: 'log',
    level: 'info',
    message,
    by,
    ...(status === undefined ? {} : { status }),
    ...(data === undefined ? {} : { data }),
  } as const
  const onAccepted = () => addAuditEntry(machine, actor, { action: 'run.noted', after: { message } })
  const isNoted =
    !hasEnded(run.state) && machine.forCaller(() => machine.feed([{ fact, onAccepted }])).accepted
  return { isNoted, workflowId, workflowName }
}

export function decideApproval(machine: RunShell, request: Decide, actor: Actor): ControlAnswer {
  if (machine.run === null) return missing()
  const result = machine.forCaller(() => {
    const decision = decide(machine.shell, request, machine.now())
    if ('refused' in decision) return decision
    if (decision.fact) machine.feed([decision.fact])
    addAuditEntry(machine, actor, decided(machine, request, decision.wait))
    machine.scheduleDrain(0)
    return decision
  })
  return 'refused' in result ? conflict(result.refused) : viewAnswer(machine)
}

function decided(
  machine: RunShell,
  { approvalId, decision }: Decide,
  { path, attempt }: StoredWait,
): RunAuditEntry {
  const activation = machine.requireRun().state.activations.get(path)
  const pending = activation?.status === 'waiting' && activation.attempt === attempt
  const status = pending ? 'pending' : decision === 'approve' ? 'approved' : 'rejected'
  const target = { targetType: 'approval', targetId: approvalId }
  return { action: 'approval.decided', ...target, after: { decision, status } }
}

export function resolve(machine: RunShell, request: Resolve, actor: Actor): ControlAnswer {
  const { run } = machine
  if (run === null) return missing()
  const activation = run.state.activations.get(request.path)
  if (activation === undefined)
    return { ok: false, reason: 'not_found', detail: 'The run has no node with this path.' }
  const { path, attempt, status } = activation
  const encoded = encodeValue(request.output)
  if (!encoded.ok) return conflict(encoded.error.message)
  const fact = { type: 'node.resolved', path, attempt, outcome: request.outcome, by: request.by } as const
  const onAccepted = () =>
    addAuditEntry(machine, actor, { action: 'run.node_resolved', after: { path, outcome: request.outcome } })
  const { accepted } = machine.forCaller(() => machine.feed([{ fact, output: encoded.value, onAccepted }]))
  return accepted
    ? viewAnswer(machine)
    : conflict(`Only a node with the status unknown can be resolved. This one is ${status}.`)
}
