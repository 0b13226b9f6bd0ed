// How a run is loaded, and which work it resumes. Invariants:
// 1. Effects that were in flight are lost attempts, and are retried with the same key. Every other outstanding
//    command is issued once.
// 2. The core is informed of what was given up before anything else is resumed.
// 3. If something has crashed here, or work was interrupted, each command gets a turn of its own.
// 4. Rows that cannot be read are not changed: another release may be able to read them.
import { objectLog } from '../../../src/context.ts'
import { MAX_CRASHES } from '../../../src/engine/advance/retry.ts'
import type { Command } from '../../../src/engine/model/command.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import { restore } from '../../../src/engine/resume/restore.ts'
import { lostAttempts, outstanding } from '../../../src/engine/resume/wake.ts'
import { listMissingWaits } from '../outside/event-waits.ts'
import type { RunShell } from '../run-shell.ts'
import type { ShellFact } from '../turn/outcome.ts'
import type { Run } from '../turn/scope.ts'
import { type Crashes, ENDING, isTurnWork, keyOf, WAKING } from './crashes.ts'
import { endByForce, giveUpNodes } from './give-up.ts'
import { removePieces } from './large-values.ts'

export type WokenShell = RunShell & {
  run: Run | null
  unreadable: string | null
  readonly crashes: Crashes
  readonly wasIdle: boolean
  readonly isLossKnown: boolean
  /** From now on, each turn does one piece of work. */
  isolateTurns(): void
  /** Runs the commands in turns of their own, after other requests that wait for this object. */
  feedLater(commands: readonly Command[]): void
  /** Sends pending messages, and sets the alarm. */
  resumeDeliveries(): void
}

/** After an eviction, a restart or a crash. */
export function wake(machine: WokenShell, onQueued: () => void): void {
  const { crashes } = machine
  try {
    // The run had to be ended by force, and crashed before that.
    if (crashes.isGivenUp(ENDING) || crashes.countOf(WAKING) > MAX_CRASHES)
      throw new Error('The run crashes each time it is loaded')
    const held = machine.openRun(machine.store.readSpec())
    machine.run = { ...held, state: restore(held.plan, machine.store.readState()) }
  } catch (error) {
    objectLog(machine.env).error('a run cannot be read', { runId: machine.run?.spec?.runId, error })
    machine.unreadable = error instanceof Error ? error.message : String(error)
    machine.run = null
    crashes.done(WAKING)
    return
  }
  const { run } = machine
  machine.atomically(() => {
    if (crashes.some()) machine.isolateTurns()
    // A run that has ended, and crashes while it sends its messages, stays readable and sends no more.
    if (hasEnded(run.state) && crashes.isGivenUp(WAKING)) return
    if (!hasEnded(run.state) && machine.wasIdle && !crashes.some()) resumeIdle(machine, run)
    else if (!hasEnded(run.state)) resumeAfterRestart(machine, run, onQueued)
    crashes.as(WAKING, () => machine.resumeDeliveries())
    crashes.clear(WAKING)
  })
}

/** The run was idle when it left memory, so nothing was lost. Only its timers are set again. */
function resumeIdle(machine: WokenShell, { plan, state, spec }: Run): void {
  if (state.run.phase !== 'queued') {
    const timers = outstanding(plan, state).filter(({ type }) => type === 'set_timer')
    machine.feed([], timers)
  } else if (spec.startAt !== undefined && !state.run.paused) machine.setTimer('$start', spec.startAt)
}

function resumeAfterRestart(machine: WokenShell, run: Run, onQueued: () => void): void {
  const { crashes } = machine
  if (crashes.fatal() !== undefined) {
    crashes.as(ENDING, () => endByForce(machine, crashes))
    return
  }
  const isQueued = run.state.run.phase === 'queued'
  crashes.as(WAKING, () => {
    const lost = lostAttempts(run.state)
    for (const { path, attempt } of lost) removePieces(machine.store, path, attempt)
    machine.feed(lost.map((fact) => ({ fact: markBystander(fact), dropCommands: true })))
    // The core has counted them.
    if (!machine.isLossKnown) for (const fact of lost) crashes.clear(keyOf({ fact }))
    giveUpNodes(machine, crashes)

    /** If the cause of the crash is known, it is counted for the work that caused it, and not for the lost attempts. */
    function markBystander(fact: ShellFact['fact']): ShellFact['fact'] {
      return fact.type === 'node.crashed' && machine.isLossKnown ? { ...fact, isBystander: true } : fact
    }
  })
  if (isQueued) {
    onQueued()
    return
  }
  const commands = outstanding(run.plan, run.state)
  // This work was in progress when memory was lost, and may be the cause.
  const works = commands.filter(isTurnWork)
  if (works.length > 0 || commands.some(({ type }) => type === 'resume_node')) machine.isolateTurns()
  machine.feed(
    [],
    commands.filter((command) => !isTurnWork(command)),
  )
  machine.feedLater(works)
  crashes.as(WAKING, () => {
    listMissingWaits(machine)
    // Losing attempts may have changed what the run waits for, and the index does not know that yet.
    machine.project()
  })
}
