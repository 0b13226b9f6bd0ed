// How a ready activation starts.
// T1. An attempt is counted in the state before its command is issued, so a stale answer is always recognized.
// T2. At most `maxParallel` slots are used. Activations that must wait start in the order in which they became ready.
// T3. Nothing starts while the run is paused, has no slot at its gate, is failing or has ended.
// T4. The data that an activation sees is fixed when it first becomes ready, so all its attempts see the same.
import type { AdoptedOutcome } from '../model/event.ts'
import { idempotencyKey } from '../model/idempotency.ts'
import type { Activation } from '../model/state.ts'
import { clearTimer, create, hold, isOverLimit, release, setStatus, setTimer, settle } from './activation.ts'
import { failRun } from './fail.ts'
import { emit, planNode, type Turn } from './turn.ts'

export function makeReady(turn: Turn, activation: Activation): void {
  const { run } = turn.state
  if (run.phase !== 'active' && !(run.phase === 'undoing' && activation.undoes !== null)) {
    settle(turn, activation, 'cancelled', { propagate: false })
    return
  }
  if (activation.attempt === 0) {
    activation.readyAt = turn.now
    activation.readySeq = run.seq
    turn.changed.add(activation)
  }
  if (adopt(turn, activation)) return
  if (isOverLimit(turn)) {
    failRun(turn, {
      code: 'run.too_many_activations',
      message: 'The run exceeded the maximum number of node executions',
    })
    return
  }
  const mayStart = mayBegin(turn) && (!needsSlot(turn, activation) || (run.ready === 0 && hasSlot(turn)))
  if (mayStart) {
    begin(turn, activation)
    return
  }
  clearTimer(turn, activation)
  setStatus(turn, activation, activation.attempt === 0 ? 'pending' : 'retrying')
  activation.ticket = ++run.tickets
  run.ready++
  turn.state.queue.paths.push(activation.path)
}

/** Starts queued activations while slots are free. */
export function startQueued(turn: Turn): void {
  const { run, queue, activations } = turn.state
  while (mayBegin(turn) && run.ready > 0 && hasSlot(turn) && queue.head < queue.paths.length) {
    const activation = activations.get(queue.paths[queue.head++]!)
    if (activation !== undefined && activation.ticket > 0) begin(turn, activation)
  }
  if (run.ready === 0 || queue.head > 1_000) {
    queue.paths = run.ready === 0 ? [] : queue.paths.slice(queue.head)
    queue.head = 0
  }
}

export const mayBegin = ({ state: { run } }: Turn): boolean => !run.paused && !run.held

/** After a pause, the queue also contains activations that need no slot. They must not wait behind those that do. */
export function startAllQueued(turn: Turn): void {
  const { queue, activations } = turn.state
  const paths = queue.paths.slice(queue.head)
  queue.head = 0
  queue.paths = []
  for (const path of paths) {
    const activation = activations.get(path)
    if (activation === undefined || activation.ticket === 0) continue
    if (needsSlot(turn, activation)) queue.paths.push(path)
    else begin(turn, activation)
  }
}

export function openBody(turn: Turn, activation: Activation): void {
  const node = planNode(turn, activation)
  const scope = turn.plan.scopes[node.body]!
  release(turn, activation)
  setStatus(turn, activation, 'running')
  activation.stage = 'body'
  activation.left = scope.units
  if (node.timeoutMs > 0) setTimer(turn, activation, 'timeout', turn.now + node.timeoutMs)
  if (scope.units === 0) {
    collect(turn, activation, 'group')
    return
  }
  startScope(turn, node.body, activation.path)
}

export function startScope(turn: Turn, scope: number, frame: string): void {
  for (const entry of turn.plan.scopes[scope]!.entries) {
    const node = turn.plan.nodes[entry]!
    if (turn.state.run.phase !== 'active') return
    makeReady(turn, create(turn, node, { frame, iteration: node.regions.map(() => 1) }))
  }
}

/** Starts the run at one node. All other entries are skipped. */
export function startAt(turn: Turn, entry: string): void {
  const index = turn.plan.byId.get(entry)
  const node = index === undefined ? undefined : turn.plan.nodes[index]
  if (node === undefined || node.scope !== 0 || node.isUndoTarget) {
    failRun(turn, {
      code: 'run.unknown_entry',
      message: `The run cannot start at ${entry}: the workflow has no such node`,
    })
    return
  }
  makeReady(turn, create(turn, node, { frame: '', iteration: node.regions.map(() => 1) }))
  for (const other of turn.plan.scopes[0]!.entries) {
    if (other === index) continue
    const dead = turn.plan.nodes[other]!
    const activation = create(turn, dead, { frame: '', iteration: dead.regions.map(() => 1) })
    emit(turn, { type: 'node.skipped', path: activation.path })
    settle(turn, activation, 'skipped')
  }
}

export function collect(turn: Turn, activation: Activation, of: 'group' | 'each'): void {
  activation.stage = 'collect'
  hold(turn, activation, 'turn')
  turn.changed.add(activation)
  const { path, node, attempt } = activation
  turn.commands.push({ type: 'collect_output', path, node, attempt, of })
}

function begin(turn: Turn, activation: Activation): void {
  const node = planNode(turn, activation)
  release(turn, activation)
  clearTimer(turn, activation)
  activation.attempt++
  activation.startedAt ??= turn.now
  if (node.waitTimeoutMs > 0) activation.deadline = turn.now + node.waitTimeoutMs
  setStatus(turn, activation, 'running')
  const { path, attempt, item } = activation
  const isWhole = item < 0 && activation.undoes === null
  const evaluatesFirst =
    node.supplied !== null ||
    (isWhole && (node.each !== null || (node.body >= 0 && node.node.when !== undefined)))
  const isLeaf = !evaluatesFirst && node.body < 0
  if (!node.pure || !isLeaf) emit(turn, { type: 'node.started', path, attempt })
  if (evaluatesFirst) {
    activation.stage = 'expand'
    hold(turn, activation, 'turn')
    turn.commands.push({ type: 'expand_node', path, node: node.index, attempt })
  } else if (!isLeaf) {
    openBody(turn, activation)
  } else {
    activation.stage = 'work'
    hold(turn, activation, node.pure ? 'turn' : 'slot')
    if (node.timeoutMs > 0) setTimer(turn, activation, 'timeout', turn.now + node.timeoutMs)
    const { keyRoot, generations } = turn.state.run
    const key = idempotencyKey(keyRoot, path, generations[path])
    turn.commands.push({ type: 'run_node', path, node: node.index, attempt, item, pure: node.pure, key })
  }
}

const hasSlot = (turn: Turn): boolean => turn.state.run.slots < turn.plan.maxParallel

function needsSlot(turn: Turn, activation: Activation): boolean {
  const node = planNode(turn, activation)
  return (
    !node.pure && node.body < 0 && (node.each === null || activation.item >= 0 || activation.undoes !== null)
  )
}

function adopt(turn: Turn, activation: Activation): boolean {
  const outcome = turn.state.adopted.get(activation.path)
  if (outcome === undefined || activation.attempt > 0) return false
  const { path } = activation
  const { status, port, error } = outcome
  if (outcome.readyAt !== undefined) activation.readyAt = outcome.readyAt
  if (status === 'open') return false
  if (status === 'unknown') {
    adoptUnknown(turn, activation, outcome)
    return true
  }
  emit(turn, { type: 'node.settled', path, status, port, adopted: true, ...(error ? { error } : {}) })
  settle(turn, activation, status, { port, error: error ?? null })
  activation.causes = outcome.causes
  activation.startedAt = outcome.startedAt
  activation.finishedAt = outcome.finishedAt
  activation.order = adoptedOrder(outcome.order)
  activation.adopted = true
  return true
}

/** The attempt of the earlier run counts as an attempt of this run: a person resolves it. */
function adoptUnknown(turn: Turn, activation: Activation, outcome: AdoptedOutcome): void {
  activation.attempt = 1
  activation.startedAt = outcome.startedAt
  activation.error = outcome.error ?? null
  activation.adopted = true
  clearTimer(turn, activation)
  setStatus(turn, activation, 'unknown')
  emit(turn, { type: 'node.unknown', path: activation.path })
}

// Far below every seq, so that adopted outcomes count as completed before everything in this run.
export const adoptedOrder = (order: number): number => order - 1e12
