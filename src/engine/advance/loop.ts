// Loops, by region.
// L1. An iteration ends when all its units have settled. Only then does the next one start.
// L2. However many back edges were taken, exactly one next iteration starts.
// L3. A loop ends once, when an iteration ends without a taken back edge.
import type { Activation, RegionState } from '../model/state.ts'
import { create } from './activation.ts'
import { deliver } from './deliver.ts'
import { failActivation } from './fail.ts'
import { frameUnitSettled } from './frame.ts'
import { isLive } from './parent.ts'
import { regionAt } from './region.ts'
import { makeReady } from './start.ts'
import type { Turn } from './turn.ts'

/** One unit of a region has settled, or of a body if `region` is -1. */
export function unitSettled(turn: Turn, frame: string, region: number, iteration: readonly number[]): void {
  if (!isLive(turn, frame)) return
  if (region < 0) {
    frameUnitSettled(turn, frame)
    return
  }
  const loop = regionAt(turn, region, frame, iteration.slice(0, turn.plan.regions[region]!.depth))
  loop.left--
  turn.changedRegions.add(loop)
  if (loop.left === 0) endIteration(turn, loop)
}

function endIteration(turn: Turn, loop: RegionState): void {
  // Beyond its limit, a loop never continues, even if the failure of its head was routed back into it.
  const { maxIterations } = turn.plan.regions[loop.region]!
  if (loop.back.length > 0 && loop.iteration <= maxIterations) nextIteration(turn, loop)
  else endLoop(turn, loop)
}

function nextIteration(turn: Turn, loop: RegionState): void {
  const region = turn.plan.regions[loop.region]!
  const causes = [...new Set(loop.back.map(([, path]) => path))]
  loop.iteration++
  loop.left = region.units
  loop.back = []
  const head = turn.plan.nodes[region.head]!
  const iteration = [...loop.outer, loop.iteration]
  const activation: Activation = create(turn, head, { frame: loop.frame, iteration })
  activation.causes = causes
  if (loop.iteration <= region.maxIterations) {
    makeReady(turn, activation)
    return
  }
  failActivation(turn, activation, {
    code: 'loop.limit',
    message: `The loop at ${head.id} reached its limit of ${region.maxIterations} iterations`,
    retryable: false,
  })
}

function endLoop(turn: Turn, loop: RegionState): void {
  const region = turn.plan.regions[loop.region]!
  loop.ended = true
  const taken = new Set(loop.exits.map(([edge]) => edge))
  for (const index of region.exits) {
    if (!taken.has(index)) deliver(turn, turn.plan.edges[index]!, loop.frame, loop.outer, false)
  }
  unitSettled(turn, loop.frame, region.parent, loop.outer)
}
