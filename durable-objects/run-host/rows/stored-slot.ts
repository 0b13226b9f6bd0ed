// The slot that a run uses or waits for, by its own state.
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import type { Run } from '../turn/scope.ts'
import type { RunStore } from './store.ts'

export const LINE = 'line'

/** The run whose slot this run uses. */
export const slotOf = ({ slot, runId }: RunSpec): string => (typeof slot === 'object' ? slot.of : runId)

/** The run waits neither for its gate nor for its start time, only for a slot of the team. */
export const isInLine = ({ state }: Run, store: RunStore): boolean =>
  state.run.phase === 'queued' && !state.run.paused && store.readMeta(LINE) === '1'
