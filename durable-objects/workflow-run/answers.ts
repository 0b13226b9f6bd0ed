// What people and other parts ask of a run that is there, and what they are told.
import { MAX_KEPT_SIGNALS } from '../../src/engine/advance/wait.ts'
import { hasEnded } from '../../src/engine/state.ts'
import type {
  ControlAnswer,
  ControlVerb,
  Decide,
  Resolve,
  RunActor,
  Signal,
} from '../../src/objects/workflow-run.ts'
import { type Deed, noteDeed } from './audit.ts'
import { armStart } from './begin.ts'
import { mayResume, notePause } from './children.ts'
import { workOf, workOfDecision } from './deaths.ts'
import type { ShellFact } from './outcome.ts'
import { hideStored } from './redaction.ts'
import type { RunShell } from './run-shell.ts'
import { leaveLine } from './slot.ts'
import type { StoredWait } from './store.ts'
import { encodeValue } from './values.ts'
import { viewRun } from './view.ts'
import { decide, hasRoomFor } from './waits.ts'

const missing = (): ControlAnswer => ({ ok: false, reason: 'not_found', detail: 'There is no such run.' })
const conflict = (detail: string): ControlAnswer => ({ ok: false, reason: 'conflict', detail })

const refused = (what: string): ControlAnswer =>
  conflict(`The run was lost each time it had to ${what}; it is not tried again.`)

const viewAnswer = (machine: RunShell): ControlAnswer => ({
  ok: true,
  run: hideStored(viewRun(machine.requireRun(), machine.store, { output: true }), machine.requireRun()),
})

type Who = RunActor | undefined

const FACTS = { cancel: 'run.cancel_requested', pause: 'run.paused', resume: 'run.resumed' } as const

export function control(machine: RunShell, verb: ControlVerb, by: string, who: Who): ControlAnswer {
  const { run } = machine
  if (run === null) return missing()
  const { status, paused } = run.state.run
  if (hasEnded(run.state)) {
    return verb === 'cancel' && status === 'cancelled'
      ? viewAnswer(machine)
      : conflict(`The run has ${status} already.`)
  }
  if (verb === 'resume' && !mayResume(machine, by)) return viewAnswer(machine)
  const fact = { type: FACTS[verb], by }
  const about = () => workOf([{ fact }], [])
  if (machine.refuses(about)) return refused(`${verb} the run`)
  const onAccepted = () => noteDeed(machine, who, { action: `run.${verb}_requested` })
  const { accepted } = machine.whole(() => {
    const result = machine.feed([{ fact, onAccepted }])
    if (verb === 'pause' && result.accepted) leaveLine(machine)
    if (verb === 'resume' && result.accepted) armStart(machine)
    return result
  }, about)
  if (verb === 'pause' && (accepted || paused)) notePause(machine, by, paused)
  const alreadySo = (verb === 'pause' && paused) || (verb === 'resume' && !paused)
  return accepted || alreadySo
    ? viewAnswer(machine)
    : conflict(`The run is ${status}; it cannot ${verb} now.`)
}

export function signal(machine: RunShell, word: Signal, who: Who): ControlAnswer {
  const { run, store } = machine
  if (run === null) return missing()
  const { name, data, id } = word
  if (id !== undefined && store.hasSignal(id)) return viewAnswer(machine)
  if (hasEnded(run.state)) return conflict(`The run has ${run.state.run.status} already.`)
  if (!hasRoomFor(machine.shell, name, data, machine.now())) {
    return conflict(
      `The run keeps ${MAX_KEPT_SIGNALS} signals that no node has taken; send it again when some are.`,
    )
  }
  const said: ShellFact = {
    fact: { type: 'signal.received', name, data, ...(id === undefined ? {} : { id }) },
    onAccepted: (seq) => {
      store.writeSignal(seq, name, id ?? null, data)
      noteDeed(machine, who, { action: 'run.signalled', after: { name } })
    },
  }
  if (machine.refuses(() => workOf([said], []))) return refused('take this signal')
  machine.feed([said])
  return viewAnswer(machine)
}

export function decideApproval(machine: RunShell, word: Decide, who: Who): ControlAnswer {
  if (machine.run === null) return missing()
  const about = () => workOfDecision(word.approvalId, word.by, word.decision, word.data)
  if (machine.refuses(about)) return refused('take this decision')
  const spoken = machine.whole(() => {
    const said = decide(machine.shell, word, machine.now())
    if ('refused' in said) return said
    if (said.fact) machine.feed([said.fact])
    noteDeed(machine, who, decided(machine, word, said.wait))
    machine.scheduleDrain(0)
    return said
  }, about)
  return 'refused' in spoken ? conflict(spoken.refused) : viewAnswer(machine)
}

function decided(machine: RunShell, { approvalId, decision }: Decide, { path, attempt }: StoredWait): Deed {
  const activation = machine.requireRun().state.activations.get(path)
  const pending = activation?.status === 'waiting' && activation.attempt === attempt
  const status = pending ? 'pending' : decision === 'approve' ? 'approved' : 'rejected'
  const target = { targetType: 'approval', targetId: approvalId }
  return { action: 'approval.decided', ...target, after: { decision, status } }
}

export function resolve(machine: RunShell, word: Resolve, who: Who): ControlAnswer {
  const { run } = machine
  if (run === null) return missing()
  const activation = run.state.activations.get(word.path)
  if (activation === undefined) return { ok: false, reason: 'not_found', detail: 'The run has no such node.' }
  const { path, attempt, status } = activation
  const encoded = encodeValue(word.output)
  if (!encoded.ok) return conflict(encoded.error.message)
  const fact = { type: 'node.resolved', path, attempt, outcome: word.outcome, by: word.by } as const
  if (machine.refuses(() => workOf([{ fact }], []))) return refused('settle the node so')
  const onAccepted = () =>
    noteDeed(machine, who, { action: 'run.node_resolved', after: { path, outcome: word.outcome } })
  const { accepted } = machine.feed([{ fact, output: encoded.value, onAccepted }])
  return accepted ? viewAnswer(machine) : conflict(`The node is ${status}, not unknown.`)
}
