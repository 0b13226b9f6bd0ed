// A run that is loaded again. Commands are never stored, so they are computed from the state:
// 1. Feed every fact of `lostAttempts` to `advance`. Keep events and changes, drop the commands.
// 2. Carry out `outstanding`, which contains each command that the state needs exactly once.
import { keptSignals } from '../advance/wait.ts'
import { type Command, RUN_DEADLINE, RUN_DRAIN, RUN_TIMEOUT } from '../model/command.ts'
import type { Fact } from '../model/event.ts'
import { idempotencyKey } from '../model/idempotency.ts'
import { ITEMS_PER_TURN, type Plan } from '../model/plan.ts'
import { type Activation, hasEnded, type RunState } from '../model/state.ts'

/** Effects that were in flight when the process was lost. They may have happened. */
export function lostAttempts(state: RunState): Extract<Fact, { type: 'node.crashed' }>[] {
  const facts: ReturnType<typeof lostAttempts> = []
  for (const path of state.open) {
    const { holds, attempt } = state.activations.get(path)!
    if (holds === 'slot') facts.push({ type: 'node.crashed', path, attempt })
  }
  return facts
}

export function outstanding(plan: Plan, state: RunState): Command[] {
  const { run } = state
  if (hasEnded(state)) return [{ type: 'end_run', status: run.status }]
  const commands: Command[] = []
  const timers = [
    [RUN_TIMEOUT, run.timeoutAt],
    [RUN_DEADLINE, run.deadlineAt],
    [RUN_DRAIN, run.drainAt],
  ] as const
  for (const [key, at] of timers) if (at !== null) commands.push({ type: 'set_timer', key, at })
  for (const path of state.open) {
    const activation = state.activations.get(path)!
    if (activation.timer) commands.push({ type: 'set_timer', key: path, at: activation.timer.at })
    if (activation.holds !== 'nothing') commands.push(workOf(plan, state, activation))
    else if (activation.status === 'waiting') pushWait(state, activation, commands)
  }
  if (run.phase === 'collecting') {
    commands.push({ type: 'collect_output', path: '', node: -1, attempt: 1, of: 'run' })
  }
  return commands
}

function workOf(plan: Plan, state: RunState, activation: Activation): Command {
  const { path, node, attempt, item, stage, each } = activation
  const { keyRoot, generations } = state.run
  switch (stage) {
    case 'expand':
      return { type: 'expand_node', path, node, attempt }
    case 'items': {
      const from = each!.next
      return {
        type: 'run_items',
        path,
        node,
        attempt,
        from,
        to: Math.min(from + ITEMS_PER_TURN, each!.count),
      }
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
