import type { Activation } from '../../../src/engine/model/state.ts'
import type { Simulation } from './simulate.ts'

/** The invariants of a row after every fact. */
export function checkRow(sim: Simulation, activation: Activation): void {
  const { path, status, holds, timer, ticket, stage, each, node } = activation
  const wrong = (why: string): never => {
    throw new Error(`${path} is ${status} and ${why}`)
  }
  const isOver = status !== 'running' && status !== 'waiting' && status !== 'retrying' && status !== 'pending'
  if (status !== 'running' && holds !== 'nothing') wrong(`holds a ${holds}`)
  if (isOver && (timer !== null || ticket > 0)) wrong('has a timer or a place in the queue')
  if (status === 'running' && holds === 'nothing' && stage !== 'body' && stage !== 'items')
    wrong('holds nothing')
  if (status === 'waiting' && timer?.kind === 'retry') wrong('has the timer of a retry')
  const { waitTimeoutMs } = sim.plan.nodes[node]!
  if (status === 'waiting' && waitTimeoutMs > 0 && (timer === null || timer.at > (activation.deadline ?? 0)))
    wrong('has no timer within its time')
  if (status === 'retrying' && (timer?.kind === 'retry') === ticket > 0)
    wrong('has not just one way to go on')
  if (status === 'pending' && timer !== null) wrong('has a timer')
  if (each && each.active > (sim.plan.nodes[node]!.each?.concurrency ?? 0))
    wrong(`runs ${each.active} items at once`)
  if (each && (each.done > each.count || each.failed > each.done))
    wrong(`has settled ${each.done} of ${each.count}`)
}

/** The invariants at the start of a node: if it joins all branches, none is still open. */
export function checkBegin({ plan, state }: Simulation, path: string): void {
  const { node, frame, item, undoes } = state.activations.get(path)!
  const { join, incoming, regions } = plan.nodes[node]!
  if (join.mode !== 'all' || regions.length > 0 || item >= 0 || undoes !== null || state.run.mode !== 'start')
    return
  if (state.activations.get(path)!.causes.length === 0) return
  for (const index of incoming) {
    const source = plan.nodes[plan.edges[index]!.from]!
    if (source.regions.length > 0) continue
    const at = state.activations.get(frame === '' ? source.id : `${frame}.${source.id}`)
    if (at?.finishedAt == null) throw new Error(`${path} began before ${source.id} had settled`)
  }
}
