// A turn: facts go in, the core decides, what changed is written, then effects start. Invariants:
// 1. From the first fact to the last write nothing is awaited, so a turn commits whole or not at all.
// 2. An effect starts after the row of its attempt is written; the platform holds its requests until that is durable.
// 3. A value is stored only when its outcome was accepted; what comes late changes nothing.
// 4. After `MOST_PURE` computed nodes, or expressions of `MOST_STEPS`, the turn is written and the rest goes on in a turn
//    of its own, so that a long run of pure nodes never holds up timers, sockets or a cancel.
// 5. A turn that throws aborts the object: memory is thrown away, and the run comes back as it was last written.
// 6. After a death a turn takes up one piece of work and leaves what follows to turns of its own, so that the next death
//    is known to be of that piece.
import type { Command } from '../../src/engine/command.ts'
import type { Fact, NodeError, RunEvent } from '../../src/engine/event.ts'
import { defaultLimits } from '../../src/engine/expression/index.ts'
import type { Activation, RegionState } from '../../src/engine/state.ts'
import type { HttpAnswer } from '../../src/objects/workflow-run.ts'
import {
  asNodeError,
  collectBody,
  expand,
  lastOutputsTooLarge,
  type Prepared,
  prepareAttempt,
} from './compute.ts'
import { isTurnWork } from './deaths.ts'
import { batchPath, collectItems, computeItems } from './items.ts'
import { isEventWait, OUTPUT_PATH, outcomeFact, type ShellFact, type TurnShell } from './outcome.ts'
import { prepareNode } from './prepared.ts'
import { itemsPath, newWork } from './scope.ts'
import { encodeValue } from './values.ts'
import { matchSignals } from './waits.ts'

export const MOST_PURE = 1_024
/** An item of an `each` has no row of its own, only its part of the row of its batch. */
const ITEMS_TO_A_NODE = 8
/** Of expressions: twice as many as one may use. Nodes that compute much are few to a turn. */
const MOST_STEPS = 2 * defaultLimits.steps

export type EffectStart = { path: string; attempt: number; prepared: Extract<Prepared, { kind: 'effect' }> }

export type TurnResult = {
  events: RunEvent[]
  effects: EffectStart[]
  cancels: Extract<Command, { type: 'cancel_node' }>[]
  resumes: Extract<Command, { type: 'resume_node' }>[]
  /** What is left for the next turn. */
  later: Command[]
  projects: boolean
  /** Something else is written down for the index. */
  tells: boolean
  ended: boolean
  accepted: boolean
  respond: HttpAnswer | null
}

export const noTurn = (): TurnResult => ({
  events: [],
  effects: [],
  cancels: [],
  resumes: [],
  later: [],
  projects: false,
  tells: false,
  ended: false,
  accepted: false,
  respond: null,
})

export function runTurn(
  shell: TurnShell,
  facts: readonly ShellFact[],
  commands: readonly Command[] = [],
  oneByOne = false,
): TurnResult {
  const { run, store, timers, core } = shell
  const now = shell.now()
  const result = noTurn()
  const activations = new Set<Activation>()
  const regions = new Set<RegionState>()
  /** Paths of waits that begin in this turn. */
  const opened = new Set<string>()
  const queue: (ShellFact | Command)[] = [...facts, ...commands]
  const given = queue.length
  let pure = 0
  run.work = newWork()
  const whole = run.work.steps
  const isLong = (): boolean => pure > MOST_PURE || whole - run.work.steps > MOST_STEPS

  for (let at = 0; at < queue.length; at++) {
    const next = queue[at] as ShellFact | Command
    if ('fact' in next) {
      const step = core.take(run.plan, run.state, next.fact, now)
      if (step.accepted) keep(next, step.events[0]?.seq ?? 0)
      for (const event of step.events) keepSettled(event)
      result.events.push(...step.events)
      for (const activation of step.changes.activations) activations.add(activation)
      for (const region of step.changes.regions) regions.add(region)
      if (!next.dropCommands) queue.push(...step.commands)
      // The state asks for no cancel again: what it no longer knows of would go on.
      else queue.push(...step.commands.filter(({ type }) => type === 'cancel_node'))
    } else if (oneByOne && at >= given && (isTurnWork(next) || next.type === 'match_signals'))
      result.later.push(next)
    else carryOut(next)
  }

  // What this very turn has cancelled again, such as a branch whose merge has fired, is never begun.
  result.effects = result.effects.filter(({ path, attempt }) => isRunning(path, attempt))
  for (const activation of activations) reportApproval(activation)
  reportEventWaits()
  if (result.events.length > 0)
    store.writeTurn({ run: run.state.run, activations, regions, events: result.events })
  return result

  function isRunning(path: string, attempt: number): boolean {
    const activation = run.state.activations.get(path)
    return activation?.status === 'running' && activation.attempt === attempt
  }

  function keep(next: ShellFact, seq: number): void {
    result.accepted = true
    if (next.fact.type === 'node.waiting') {
      opened.add(next.fact.path)
      if (next.fact.wait.kind === 'approval') result.tells = true
    }
    if (next.output && 'path' in next.fact && next.fact.path !== undefined)
      run.values.store(next.fact.path, next.output)
    for (const [path, value] of next.values ?? []) run.values.store(path, value)
    if (next.respond) result.respond ??= next.respond
    if (next.fact.type === 'run.cancel_requested' && store.readMeta('cancelledBy') === null)
      store.writeMeta('cancelledBy', next.fact.by ?? 'system')
    next.onAccepted?.(seq)
  }

  /** An approval that is over is told to the index, whether people, a timer or a cancel ended it. */
  function reportApproval({ path, node, status }: Activation): void {
    const planned = run.plan.nodes[node]
    if (status === 'waiting' || status === 'running' || planned === undefined) return
    if (prepareNode(planned).type?.onDecision === undefined || store.readWait(path) === null) return
    store.pushOutbox('approval', { path }, now)
    result.tells = true
  }

  /** Waits for events that began or are over, in one row. One that did both in this turn was never heard of. */
  function reportEventWaits(): void {
    const paths = [...activations].filter(concernsEvents).map(({ path }) => path)
    if (paths.length === 0) return
    // With the run all its waits are over.
    store.pushOutbox('event_waits', { paths: result.ended ? [] : paths }, now)
    result.tells = true
  }

  function concernsEvents({ path, node, status, attempt, wait }: Activation): boolean {
    const planned = run.plan.nodes[node]
    if (planned === undefined || prepareNode(planned).type?.onSignal === undefined) return false
    if (status === 'waiting') return opened.has(path) && isEventWait(wait)
    return store.readWait(path)?.listed === true && !(opened.has(path) && attempt === 1)
  }

  /** What the core settled by itself, such as a wait that came due, brings its output in the event. */
  function keepSettled(event: RunEvent): void {
    if (event.type !== 'node.settled' || event.output === undefined) return
    const encoded = encodeValue(event.output)
    if (encoded.ok) run.values.store(event.path, encoded.value)
  }

  function carryOut(command: Command): void {
    switch (command.type) {
      case 'run_node': {
        if (command.pure) pure++
        if (command.pure && isLong()) {
          result.later.push(command)
          return
        }
        const activation = run.state.activations.get(command.path)
        if (activation === undefined || !isRunning(command.path, command.attempt)) return
        const prepared = prepareAttempt(run, { activation, attempt: command.attempt, key: command.key }, now)
        const { path, attempt } = command
        if (prepared.kind === 'effect') result.effects.push({ path, attempt, prepared })
        else if (prepared.kind === 'declined') queue.push({ fact: { type: 'node.declined', path, attempt } })
        else queue.push(outcomeFact(shell, path, attempt, prepared.result, now))
        return
      }
      case 'expand_node': {
        const activation = run.state.activations.get(command.path)
        if (activation === undefined) return
        const { fact, items } = expand(run, activation, now)
        queue.push(items === undefined ? { fact } : withValue(fact, itemsPath(command.path), items))
        return
      }
      case 'run_items':
        if (pure > 0 && isLong()) result.later.push(command)
        else pushItems(command)
        pure += (command.to - command.from) / ITEMS_TO_A_NODE
        return
      case 'collect_output':
        queue.push(collected(command))
        return
      case 'match_signals': {
        const fact = matchSignals(shell, command, now)
        if (fact) queue.push(fact)
        return
      }
      case 'set_timer':
        timers.set(command.key, command.at)
        return
      case 'clear_timer':
        timers.clear(command.key)
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
        timers.clearAll()
        return
    }
  }

  function pushItems(command: Extract<Command, { type: 'run_items' }>): void {
    const { path, attempt, from, to } = command
    const activation = run.state.activations.get(path)
    if (activation === undefined) return
    const { outputs, failed } = computeItems(run, activation, from, to, now)
    const fact: Fact = {
      type: 'items.settled',
      path,
      attempt,
      from,
      count: outputs.length,
      ...(failed.length > 0 ? { failed } : {}),
    }
    queue.push(withValue(fact, batchPath(path, from), { outputs, failed: failed.map(({ item }) => item) }))
  }

  function collected(command: Extract<Command, { type: 'collect_output' }>): ShellFact {
    const { path, attempt, of } = command
    const isRun = of === 'run'
    const failed = (error: NodeError): ShellFact => ({
      fact: isRun
        ? { type: 'run.collected', error }
        : { type: 'node.failed', path, attempt, error: { ...error, retryable: false } },
    })
    try {
      const activation = run.state.activations.get(path)
      // The last nodes keep their outputs, so the run's own is not stored once more.
      if (isRun && run.plan.scopes[0]?.output === undefined) {
        const error = lastOutputsTooLarge(run)
        return error === null ? { fact: { type: 'run.collected' } } : failed(error)
      }
      const value =
        of === 'run'
          ? collectBody(run, 0, '', now)
          : of === 'group' && activation !== undefined
            ? collectBody(run, run.plan.nodes[activation.node]?.body ?? 0, path, now)
            : activation === undefined
              ? undefined
              : collectItems(run, activation)
      const encoded = encodeValue(value)
      if (!encoded.ok) return failed(encoded.error)
      if (isRun) return { fact: { type: 'run.collected' }, values: [[OUTPUT_PATH, encoded.value]] }
      return { fact: { type: 'node.succeeded', path, attempt }, output: encoded.value }
    } catch (error) {
      return failed(asNodeError(error))
    }
  }
}

function withValue(fact: Fact, path: string, value: unknown): ShellFact {
  const encoded = encodeValue(value)
  if (encoded.ok) return { fact, values: [[path, encoded.value]] }
  const { path: node, attempt } = fact as Extract<Fact, { attempt: number }>
  return { fact: { type: 'node.failed', path: node, attempt, error: encoded.error } }
}
