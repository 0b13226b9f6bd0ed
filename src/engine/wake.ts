// What a run that comes back into memory still asks for. Commands are never stored, so whatever the state implies is
// given here again; the work of effects that were in flight is told as crashed instead, for it may have happened.
import { keptSignals } from './advance/wait.ts'
import { type Command, RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from './command.ts'
import type { Fact } from './event.ts'
import { idempotencyKey } from './idempotency.ts'
import type { Plan } from './plan.ts'
import type { Activation, RunState } from './state.ts'

export interface Wake {
  /** To be fed to `advance` first. */
  readonly facts: Fact[]
  /** To be carried out after that, where their attempt still is the current one. */
  readonly commands: Command[]
}

const CHUNK = 256

export function wake(plan: Plan, state: RunState): Wake {
  const { run } = state
  const facts: Fact[] = []
  const commands: Command[] = []
  if (run.phase === 'ended') return { facts, commands: [{ type: 'end_run', status: run.status }] }
  const timers = [
    [RUN_TIMEOUT, run.timeoutAt],
    [RUN_DEADLINE, run.deadlineAt],
    [RUN_DRAIN, run.drainAt],
  ] as const
  for (const [key, at] of timers) if (at !== null) commands.push({ type: 'set_timer', key, at })
  for (const path of state.open) {
    const activation = state.activations.get(path)!
    if (activation.timer) commands.push({ type: 'set_timer', key: path, at: activation.timer.at })
    if (activation.holds === 'slot') {
      facts.push({ type: 'node.crashed', path, attempt: activation.attempt })
    } else if (activation.holds === 'turn') commands.push(turnCommand(plan, state, activation))
    else if (activation.status === 'waiting') pushWait(state, activation, commands)
  }
  if (run.phase === 'collecting') {
    commands.push({ type: 'collect_output', path: '', node: -1, attempt: 1, of: 'run' })
  }
  return { facts, commands }
}

function turnCommand(plan: Plan, state: RunState, activation: Activation): Command {
  const { path, node, attempt, item, stage, each } = activation
  const { keyRoot, generations } = state.run
  switch (stage) {
    case 'expand':
      return { type: 'expand_node', path, node, attempt }
    case 'items': {
      const from = each!.next
      return { type: 'run_items', path, node, attempt, from, to: Math.min(from + CHUNK, each!.count) }
    }
    case 'collect':
      return { type: 'collect_output', path, node, attempt, of: each === null ? 'group' : 'each' }
    default: {
      const key = idempotencyKey(keyRoot, path, generations[path])
      return { type: 'run_node', path, node, attempt, item, pure: plan.nodes[node]!.pure, key }
    }
  }
}

function pushWait(state: RunState, activation: Activation, commands: Command[]): void {
  const { path, node, attempt, wait, due } = activation
  if (due) commands.push({ type: 'resume_node', path, node, attempt })
  if (wait?.kind !== 'signal' || wait.name === undefined) return
  const signals = keptSignals({ state }, wait.name)
  if (signals.length > 0) commands.push({ type: 'match_signals', path, node, attempt, signals })
}
