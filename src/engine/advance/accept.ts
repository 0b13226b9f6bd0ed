// Decides whether a fact still applies.
// B1. A fact is stale if it names another attempt, or an activation that does not run, wait or have the status
//     `unknown`.
// B2. A stale outcome is recorded as late. Any other stale fact leaves no trace.
import { RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from '../model/command.ts'
import type { Fact } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import { type Activation, isSettled, type RunState } from '../model/state.ts'

export type Verdict = 'yes' | 'late' | 'no'

export function accepts(plan: Plan, state: RunState, fact: Fact, now: number): Verdict {
  const { run } = state
  if (run.phase === 'ended') return 'no'
  switch (fact.type) {
    case 'run.queued':
    case 'run.adopted':
    case 'run.started':
      return when(run.phase === 'queued')
    case 'run.cancel_requested':
    case 'signal.received':
    case 'log':
      return 'yes'
    case 'run.paused':
      return when(mayPause(state))
    case 'run.yielded':
      return when(run.phase !== 'queued' && run.status === 'waiting' && !run.held)
    case 'run.admitted':
      return when(run.held)
    case 'run.resumed':
      return when(run.paused)
    case 'run.collected':
      return when(run.phase === 'collecting')
    case 'timer.fired':
      return when(isDue(state, fact.key, now))
    default:
      return acceptsNode(plan, state.activations.get(fact.path), fact)
  }
}

type NodeFact = Extract<Fact, { attempt: number }>

function acceptsNode(plan: Plan, activation: Activation | undefined, fact: NodeFact): Verdict {
  if (activation === undefined) return 'no'
  const current = activation.attempt === fact.attempt
  const runs = current && activation.status === 'running'
  const { stage } = activation
  const works = runs && stage === 'work'
  const waits = current && activation.status === 'waiting'
  switch (fact.type) {
    case 'node.succeeded':
      return outcome(
        works ||
          waits ||
          (runs && stage === 'collect') ||
          // Its body was never opened: the outcome replaces the whole node.
          (runs && stage === 'expand' && plan.nodes[activation.node]!.supplied !== null),
      )
    case 'node.failed':
      if (fact.givenUp)
        return when(current && !isSettled(activation.status) && activation.status !== 'pending')
      return outcome(
        waits || (runs && stage !== 'body' && (stage !== 'items' || plan.nodes[activation.node]!.pure)),
      )
    case 'node.declined':
      return outcome(works || (runs && stage === 'expand'))
    case 'node.expanded':
      return when(runs && stage === 'expand')
    case 'node.waiting':
      return outcome(works || waits)
    case 'node.crashed':
    case 'node.deferred':
      return when(works || (runs && stage === 'expand'))
    case 'node.progress':
      return when(runs || waits)
    case 'node.resolved':
      return when(current && activation.status === 'unknown')
    case 'items.settled': {
      const { each } = activation
      if (!runs || stage !== 'items' || each === null || !plan.nodes[activation.node]!.pure) return 'late'
      return when(fact.from === each.next && fact.count > 0 && fact.from + fact.count <= each.count)
    }
  }
}

function isDue(state: RunState, key: string, now: number): boolean {
  const { run, activations } = state
  if (key === RUN_TIMEOUT) return run.timeoutAt !== null && now >= run.timeoutAt
  if (key === RUN_DEADLINE) return run.deadlineAt !== null && now >= run.deadlineAt
  if (key === RUN_DRAIN) return run.drainAt !== null && now >= run.drainAt
  const timer = activations.get(key)?.timer
  return timer != null && now >= timer.at
}

/** A failing run cannot be paused: it drains, undoes and ends. A compensation only undoes, so it can be paused. */
const mayPause = ({ run }: RunState): boolean =>
  !run.paused &&
  (run.phase === 'queued' ||
    run.phase === 'active' ||
    run.phase === 'collecting' ||
    (run.phase === 'undoing' && run.mode === 'compensate'))

const when = (condition: boolean): Verdict => (condition ? 'yes' : 'no')
const outcome = (condition: boolean): Verdict => (condition ? 'yes' : 'late')
