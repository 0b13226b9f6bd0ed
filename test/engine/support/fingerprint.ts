import type { RunState } from '../../../src/engine/model/state.ts'

/** The whole state as one text, including indexes and queue. */
export function fingerprint(state: RunState): string {
  const { run, activations, regions, signals, adopted, open, waiters, patterns, undo, queue, fans } = state
  const waiting = queue.paths.slice(queue.head).filter((path) => activations.get(path)!.ticket > 0)
  return JSON.stringify([
    run,
    [...activations.values()],
    [...regions.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    [...signals],
    [...adopted.keys()],
    [...open],
    [...fans].sort(),
    [...waiters].map(([name, paths]) => [name, [...paths].sort()]).sort(),
    [...patterns].sort(),
    undo,
    waiting,
  ])
}
