// What a run's own state says of the slot that it uses, or waits for.
import type { RunSpec } from '../../../src/objects/workflow-run.ts'
import type { Run } from '../turn/scope.ts'
import type { RunStore } from './store.ts'

export const LINE = 'line'

/** The run in whose slot this one works. */
export const slotOf = ({ slot, runId }: RunSpec): string => (typeof slot === 'object' ? slot.of : runId)

/** The gate and the time of start are behind it; what is left is a slot of the team. */
export const isInLine = ({ state }: Run, store: RunStore): boolean =>
  state.run.phase === 'queued' && !state.run.paused && store.readMeta(LINE) === '1'
