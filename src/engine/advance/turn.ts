import type { Command } from '../model/command.ts'
import type { Derived, Fact, RunEvent } from '../model/event.ts'
import type { Plan, PlanNode } from '../model/plan.ts'
import type { Activation, RegionState, RunState } from '../model/state.ts'

/** The data that one call of `advance` works on. */
export interface Turn {
  readonly plan: Plan
  readonly state: RunState
  readonly now: number
  readonly events: RunEvent[]
  readonly commands: Command[]
  readonly changed: Set<Activation>
  readonly changedRegions: Set<RegionState>
  /**
   * Settled activations whose edges must still be followed. A list, because a dead branch may be a thousand nodes
   * deep.
   */
  readonly work: Activation[]
}

export function newTurn(plan: Plan, state: RunState, now: number): Turn {
  return {
    plan,
    state,
    now,
    events: [],
    commands: [],
    changed: new Set(),
    changedRegions: new Set(),
    work: [],
  }
}

export const planNode = (turn: Turn, activation: Activation): PlanNode => turn.plan.nodes[activation.node]!

export function record(turn: Turn, fact: Fact): void {
  turn.events.push({ ...fact, seq: ++turn.state.run.seq, at: turn.now })
}

export function emit(turn: Turn, event: Derived): void {
  turn.events.push({ ...event, seq: ++turn.state.run.seq, at: turn.now, auto: true })
}
