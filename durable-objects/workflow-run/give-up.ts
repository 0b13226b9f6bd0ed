// What is given up once a run has died of it too often. Invariants:
// 1. The least that helps: a word is not taken, a node fails, and the run as a whole is ended only when it can take no turn.
// 2. A run that is ended by force asks the core for nothing, and is told of like any other: index, parent, gate, callback.
import { type NodeError, OUTCOME_UNKNOWN, type RunEvent } from '../../src/engine/event.ts'
import { type Activation, isSettled } from '../../src/engine/state.ts'
import { type Deaths, ENDING, type Known, type Work } from './deaths.ts'
import { writeFarewell } from './outbox.ts'
import type { RunShell } from './run-shell.ts'

const poison = (code: 'node.poison' | 'run.poison', message: string): NodeError => ({
  code,
  message,
  retryable: false,
})

/** Should this die as well, the run can take no turn. */
export function giveUp(machine: RunShell, deaths: Deaths, one: Known): void {
  const about = (): Work => ({ key: `give up ${one.key}`, gives: 'run' })
  if (one.gives === 'word') {
    const message = `Not taken, since the run was lost ${one.deaths} times with it: ${one.key}`
    machine.feed([{ fact: { type: 'log', level: 'error', message } }], [], about)
    deaths.told(one)
    return
  }
  const activation = machine.requireRun().state.activations.get(one.path ?? '')
  if (activation !== undefined && !isSettled(activation.status)) {
    const { path, attempt } = activation
    const error = poison('node.poison', `The run was lost ${one.deaths} times at this node (${one.key})`)
    // What the state asks for is worked out afterwards.
    const failed = { type: 'node.failed', path, attempt, error, givenUp: true } as const
    machine.feed([{ fact: failed, dropCommands: true }], [], about)
  }
  deaths.survived(one)
}

export function endByForce(machine: RunShell, deaths: Deaths): void {
  const { run, store } = { run: machine.requireRun(), store: machine.store }
  const { state } = run
  const now = machine.now()
  const cause = deaths.givenUp().find(({ gives }) => gives === 'run')
  const times = cause === undefined ? '' : ` ${cause.deaths} times (${cause.key})`
  const error = poison('run.poison', `The run can take no turn: it was lost${times}`)
  // The second time nothing is touched but the run itself: it may be one of these that cannot be written.
  const stopped = deaths.deathsOf(ENDING) > 0 ? [] : [...state.open].flatMap((path) => stop(machine, path))
  Object.assign(state.run, {
    seq: state.run.seq + 1,
    phase: 'ended',
    status: 'failed',
    paused: false,
    error,
    finishedAt: now,
    runningSince: null,
    timeoutAt: null,
    deadlineAt: null,
    drainAt: null,
    undoing: null,
    ...{ ready: 0, slots: 0, turns: 0, retrying: 0, waiting: 0 },
  } satisfies Partial<typeof state.run>)
  const event: RunEvent = { type: 'run.failed', error, seq: state.run.seq, at: now, auto: true }
  store.writeTurn({ run: state.run, activations: stopped, regions: [], events: [event] })
  writeFarewell(machine)
  machine.project()
  machine.live.publish([event])
  machine.live.endFollowers()

  function stop(machine: RunShell, path: string): Activation[] {
    const activation = state.activations.get(path)
    if (activation === undefined) return []
    const { wait } = activation
    const mayHaveHappened = activation.holds === 'slot' || activation.status === 'unknown'
    const isOnce = run.plan.nodes[activation.node]?.atMostOnce === true
    if (wait?.kind === 'child' && wait.name !== undefined) machine.tell('cancel_child', { runId: wait.name })
    if (wait?.kind === 'approval') store.pushOutbox('approval', { path }, now)
    Object.assign(activation, {
      status: 'cancelled',
      stage: 'work',
      holds: 'nothing',
      ticket: 0,
      wait: null,
      due: false,
      timer: null,
      since: now,
      finishedAt: now,
      ...(mayHaveHappened && isOnce
        ? { error: { code: OUTCOME_UNKNOWN, message: 'The run ended while its effect may have happened' } }
        : {}),
    } satisfies Partial<Activation>)
    state.open.delete(path)
    return [activation]
  }
}
