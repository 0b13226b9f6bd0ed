// A run and its team's slots: how many runs of the team may be at work at a time. Invariants:
// 1. A run whose start brought no slot begins only when the index says that it has one; until then it is queued.
// 2. The index is asked by the run's own report, so a lost, late or repeated message does no harm.
// 3. A sub-workflow whose parent waits for it uses the parent's slot and never queues: no run waits for one that waits for it.
import { launch } from '../life/launch.ts'
import { isInLine, LINE } from '../rows/stored-slot.ts'
import type { RunShell } from '../run-shell.ts'

/** Of a queued run that nothing else holds up. */
export function beginOrQueue(machine: RunShell): void {
  const { slot } = machine.requireRun().spec
  if (slot === 'taken' || slot === 'line') joinLine(machine)
  else launch(machine)
}

export function joinLine(machine: RunShell): void {
  const { store } = machine
  if (!isInLine(machine.requireRun(), store)) {
    store.writeMeta(LINE, '1')
    machine.feed([{ fact: { type: 'run.queued', reason: 'slot' } }])
  }
  askForSlot(machine)
}

/** By a report, at once. */
export function askForSlot(machine: RunShell): void {
  machine.project()
}

/** A run that is paused waits for nothing; when it is resumed it comes again, with the place of its age. */
export function leaveLine({ store }: RunShell): void {
  if (store.readMeta(LINE) !== null) store.writeMeta(LINE, '0')
}

/** The index says that this run has its slot. */
export function takeSlot(machine: RunShell): void {
  const { run, store } = machine
  if (run !== null && isInLine(run, store)) launch(machine)
}
