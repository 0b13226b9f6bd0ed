// A run and its team's slots: how many runs of the team may work at a time. Invariants:
// 1. A run that was started without a slot begins only when the index says that it has one. Until then it is queued.
// 2. The run asks the index with its own report, so a lost, late or repeated message does no harm.
// 3. A sub-workflow whose parent waits for it uses the parent's slot and never queues, so no run waits for a run that
//    waits for it.
import { launch } from '../../life/launch.ts'
import { isInLine, LINE } from '../../rows/stored-slot.ts'
import type { RunShell } from '../../run-shell.ts'

/** For a queued run that waits for nothing else. */
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

/** Sends a report immediately. */
export function askForSlot(machine: RunShell): void {
  machine.project()
}

/** A paused run leaves the queue. When it is resumed, it queues again with the position of its age. */
export function leaveLine({ store }: RunShell): void {
  if (store.readMeta(LINE) !== null) store.writeMeta(LINE, '0')
}

/** The index says that this run has a slot. */
export function takeSlot(machine: RunShell): void {
  const { run, store } = machine
  if (run !== null && isInLine(run, store)) launch(machine)
}
