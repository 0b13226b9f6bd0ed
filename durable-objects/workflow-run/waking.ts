// What a run asks for after a loss of memory. Invariants:
// 1. Effects that were in flight are lost attempts, tried again with the same key; every other wish is given again once.
// 2. What has been given up is told to the core before anything else is taken up.
// 3. Once something has died here, each fact and each wish has a turn of its own.
import type { Command } from '../../src/engine/command.ts'
import { lostAttempts, outstanding } from '../../src/engine/wake.ts'
import { type Deaths, ENDING, isTurnWork } from './deaths.ts'
import { listUnlisted } from './event-waits.ts'
import { endByForce, giveUp } from './give-up.ts'
import type { ShellFact } from './outcome.ts'
import type { RunShell } from './run-shell.ts'
import type { Run } from './scope.ts'

export type WokenShell = RunShell & {
  readonly deaths: Deaths
  beCareful(): void
  /** Turns of their own, after whatever else is waiting for this object. */
  feedLater(commands: readonly Command[]): void
}

export function takeUp(machine: WokenShell, run: Run, onQueued: () => void): void {
  const { store, deaths } = machine
  store.writeMeta('epoch', String(Number(store.readMeta('epoch') ?? '0') + 1))
  if (deaths.givenUp().some(({ gives }) => gives === 'run')) {
    machine.whole(
      () => endByForce(machine, deaths),
      () => ENDING,
    )
    return
  }
  const isQueued = run.state.run.phase === 'queued'
  feedEach(
    machine,
    lostAttempts(run.state).map((fact) => ({ fact, dropCommands: true })),
  )
  for (const one of deaths.givenUp()) giveUp(machine, deaths, one)
  if (isQueued) {
    onQueued()
    return
  }
  const wishes = outstanding(run.plan, run.state)
  // Somebody was at it when memory was lost: that may have been why.
  const works = wishes.filter(isTurnWork)
  if (works.length > 0 || wishes.some(({ type }) => type === 'resume_node')) machine.beCareful()
  feedEach(
    machine,
    [],
    wishes.filter((wish) => !isTurnWork(wish)),
  )
  machine.feedLater(works)
  listUnlisted(machine)
  // What was lost may have changed what the run waits for, and nobody has told the index.
  machine.project()
}

/** In one turn, or once something has died here, in one for each. */
function feedEach(machine: WokenShell, facts: readonly ShellFact[], commands: readonly Command[] = []): void {
  if (!machine.deaths.some()) {
    machine.feed(facts, commands)
    return
  }
  for (const fact of facts) machine.feed([fact])
  for (const command of commands) machine.feed([], [command])
}
