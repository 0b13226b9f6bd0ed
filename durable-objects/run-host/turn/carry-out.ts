// Carries out the commands of the core one by one: computes the result within the turn, or leaves it to what follows
// the turn.
import type { Command } from '../../../src/engine/model/command.ts'
import type { Fact } from '../../../src/engine/model/event.ts'
import { MAX_OUTPUT_CHARS } from '../rows/values.ts'
import { collectOutput } from './collect-output.ts'
import { expand, prepareAttempt } from './compute.ts'
import { batchPath, computeItems } from './items.ts'
import { isTooLarge, record, take, withValue } from './large-values.ts'
import { isLong, isRunning, type OpenTurn } from './open-turn.ts'
import { itemsPath } from './scope.ts'
import { matchSignals } from './waits.ts'
import { Unfinished } from './work.ts'

/** An item of an `each` has no row of its own, only a part of the row of its batch. */
const ITEMS_PER_NODE = 8

type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>

export function carryOut(turn: OpenTurn, command: Command): void {
  const { shell, result, queue, now } = turn
  switch (command.type) {
    case 'run_node':
      runNode(turn, command)
      return
    case 'expand_node':
      expandNode(turn, command)
      return
    case 'run_items':
      runItems(turn, command)
      return
    case 'collect_output':
      collectOutput(turn, command)
      return
    case 'match_signals': {
      const fact = matchSignals(shell, command, now)
      if (fact) queue.push(fact)
      return
    }
    case 'set_timer':
      shell.timers.set(command.key, command.at)
      return
    case 'clear_timer':
      shell.timers.clear(command.key)
      return
    case 'cancel_node':
      result.cancels.push(command)
      return
    case 'resume_node':
      result.resumes.push(command)
      return
    case 'project':
      result.projects = true
      return
    case 'end_run':
      result.projects = true
      result.ended = true
      shell.run.begun.clear()
      shell.timers.clearAll()
      return
  }
}

function runNode(turn: OpenTurn, command: CommandOf<'run_node'>): void {
  const { shell, result, queue, now } = turn
  if (command.pure) turn.pure++
  if (command.pure && isLong(turn)) {
    result.later.push(command)
    return
  }
  const activation = shell.run.state.activations.get(command.path)
  if (activation === undefined || !isRunning(turn, command.path, command.attempt)) return
  const prepared = prepareAttempt(shell.run, { activation, attempt: command.attempt, key: command.key }, now)
  const { path, attempt } = command
  if (prepared.kind === 'effect') result.effects.push({ path, attempt, prepared })
  else if (prepared.kind === 'unfinished') result.later.push(command)
  else if (prepared.kind === 'declined') queue.push({ fact: { type: 'node.declined', path, attempt } })
  else record(turn, path, attempt, prepared.result)
}

function expandNode(turn: OpenTurn, command: CommandOf<'expand_node'>): void {
  const { path, attempt } = command
  const { run } = turn.shell
  if (isLong(turn)) {
    turn.result.later.push(command)
    return
  }
  const activation = run.state.activations.get(path)
  if (activation === undefined) return
  const expanded = expand(run, activation, turn.now)
  if ('result' in expanded) record(turn, path, attempt, expanded.result)
  else if (expanded.items === undefined) turn.queue.push({ fact: expanded.fact })
  else take(turn, withValue(expanded.fact, itemsPath(path), expanded.items))
}

function runItems(turn: OpenTurn, command: CommandOf<'run_items'>): void {
  if (turn.pure > 0 && isLong(turn)) turn.result.later.push(command)
  else settleItems(turn, command)
  turn.pure += (command.to - command.from) / ITEMS_PER_NODE
}

/** Null if not even the first item is finished. */
function itemsOrNull<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof Unfinished) return null
    throw error
  }
}

function settleItems(turn: OpenTurn, command: CommandOf<'run_items'>): void {
  const { shell, result, now } = turn
  const { path, attempt, from, to } = command
  const activation = shell.run.state.activations.get(path)
  if (activation === undefined) return
  // If the outputs do not fit into one row, half of the items are settled, and the core asks for the rest.
  for (let end = to; ; ) {
    const computed = itemsOrNull(() => computeItems(shell.run, activation, from, end, now))
    if (computed === null) {
      result.later.push(command)
      return
    }
    const { outputs, failed } = computed
    const fact: Fact = {
      type: 'items.settled',
      path,
      attempt,
      from,
      count: outputs.length,
      ...(failed.length > 0 ? { failed } : {}),
    }
    const kept = withValue(fact, batchPath(path, from), {
      outputs,
      failed: failed.map(({ item }) => item),
    })
    if (outputs.length <= 1 || !isTooLarge(kept, MAX_OUTPUT_CHARS)) {
      take(turn, kept)
      return
    }
    end = from + Math.ceil(outputs.length / 2)
  }
}
