// Gives up work at which a run has crashed three times. Invariants:
// 1. As little as possible is given up: one node fails. The whole run ends only if it cannot process any turn.
// 2. A run that is ended by force does not ask the core, and sends the same messages as any other: to the index,
//    parent, gate and callback.
import { type NodeError, OUTCOME_UNKNOWN, type RunEvent } from '../../../src/engine/model/event.ts'
import { type Activation, isSettled } from '../../../src/engine/model/state.ts'
import { progress } from '../../../src/engine/read/view.ts'
import { stopChild } from '../outside/other-runs/children.ts'
import { writeEndMessages } from '../outside/outbox.ts'
import type { RunShell } from '../run-shell.ts'
import { type Crashes, ENDING } from './crashes.ts'

const poison = (code: 'node.poison' | 'run.poison', message: string): NodeError => ({
  code,
  message,
  retryable: false,
})

/** Fails the activation for good. */
export function giveUpNodes(machine: RunShell, crashes: Crashes): void {
  const { state } = machine.requireRun()
  for (const at of crashes.paths()) {
    const activation = state.activations.get(at)
    if (activation === undefined || isSettled(activation.status)) crashes.clear(at)
    else if (crashes.isGivenUp(at)) {
      const { path, attempt } = activation
      const times = crashes.countOf(at)
      const error = poison('node.poison', `The run crashed ${times} times while it executed this node`)
      // The next commands are computed afterwards.
      const failed = { type: 'node.failed', path, attempt, error, givenUp: true } as const
      machine.feed([{ fact: failed, dropCommands: true }])
      crashes.clear(at)
    }
  }
}

export function endByForce(machine: RunShell, crashes: Crashes): void {
  const { run, store } = { run: machine.requireRun(), store: machine.store }
  const { state } = run
  const now = machine.now()
  const cause = crashes.fatal()
  const times = cause === undefined ? '' : ` ${crashes.countOf(cause)} times (${cause.slice(1)})`
  const error = poison('run.poison', `The run crashed${times} and cannot continue`)
  // On the second try, only the run itself is changed: one of the activations may be what cannot be written.
  const stopped = crashes.countOf(ENDING) > 0 ? [] : [...state.open].flatMap((path) => stop(machine, path))
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
  const entry = { event, progress: progress(run.plan, state) }
  const publicEvents = store.writeTurn({ run: state.run, activations: stopped, regions: [], events: [entry] })
  writeEndMessages(machine)
  machine.project()
  crashes.clearAll()
  machine.afterWrites(() => {
    machine.live.publish(publicEvents)
    machine.live.endFollowers()
  })

  function stop(machine: RunShell, path: string): Activation[] {
    const activation = state.activations.get(path)
    if (activation === undefined) return []
    const { wait } = activation
    const mayHaveHappened = activation.holds === 'slot' || activation.status === 'unknown'
    const isOnce = run.plan.nodes[activation.node]?.atMostOnce === true
    stopChild(machine, path, wait?.kind === 'child' ? wait.name : undefined)
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
        ? {
            error: {
              code: OUTCOME_UNKNOWN,
              message: 'The run ended before the outcome was known. The effect may have happened',
            },
          }
        : {}),
    } satisfies Partial<Activation>)
    state.open.delete(path)
    state.fans.delete(path)
    return [activation]
  }
}
