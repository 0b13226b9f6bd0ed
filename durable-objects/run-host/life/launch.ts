// The moment at which a queued run begins.
import type { NodeError } from '../../../src/engine/model/event.ts'
import type { RunShell } from '../run-shell.ts'

/** Nothing when it has begun, or has ended before. `fault` is why it cannot begin: it fails in the same turn. */
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
