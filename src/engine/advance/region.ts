import type { RegionState } from '../model/state.ts'
import type { Turn } from './turn.ts'

export const regionKey = (region: number, frame: string, outer: readonly number[]): string =>
  `${frame}|${region}|${outer.join('~')}`

/** The loop within the given outer iterations. Created when it is first reached. */
export function regionAt(turn: Turn, region: number, frame: string, outer: readonly number[]): RegionState {
  const key = regionKey(region, frame, outer)
  const known = turn.state.regions.get(key)
  if (known) return known
  const left = turn.plan.regions[region]!.units
  const made: RegionState = {
    key,
    region,
    frame,
    outer,
    iteration: 1,
    left,
    back: [],
    exits: [],
    ended: false,
  }
  turn.state.regions.set(key, made)
  turn.changedRegions.add(made)
  return made
}
