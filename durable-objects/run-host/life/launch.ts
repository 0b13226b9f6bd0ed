// Starts a queued run.
import type { NodeError } from '../../../src/engine/model/event.ts'
import type { RunShell } from '../run-shell.ts'

/** Does nothing if the run has started or ended before. With `fault`, the run fails in the same turn. */
export function launch(machine: RunShell, fault?: NodeError): void {
  const { spec, state } = machine.requireRun()
  if (state.run.phase !== 'queued') return
  const generations = JSON.parse(machine.store.readMeta('generations') ?? '{}') as Record<string, number>
  machine.feed([
    {
      fact: {
        type: 'run.started',
        runId: spec.runId,
        keyRoot: spec.keyRoot ?? spec.runId,
        mode: spec.mode ?? 'start',
        generations,
        ...(spec.parent ? { parentRunId: spec.parent.runId } : {}),
        ...(spec.entry ? { entry: spec.entry } : {}),
        ...(fault ? { error: fault } : {}),
      },
    },
  ])
}
