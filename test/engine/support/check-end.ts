import { MAX_LOST_ATTEMPTS } from '../../../src/engine/advance/retry.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import type { Usage } from '../../../src/engine/model/usage.ts'
import type { Simulation } from './simulate.ts'

/** The invariants of any run that has ended, computed independently of the core. */
export function checkEnd(sim: Simulation, entry?: string): void {
  const { state } = sim
  const { run } = state
  if (state.open.size > 0) throw new Error(`open at the end: ${[...state.open]}`)
  for (const [name, count] of Object.entries({
    slots: run.slots,
    turns: run.turns,
    retrying: run.retrying,
    waiting: run.waiting,
    ready: run.ready,
  })) {
    if (count !== 0) throw new Error(`${name} is ${count} at the end`)
  }
  if (sim.timers.size > 0) throw new Error(`timers at the end: ${[...sim.timers.keys()]}`)
  for (const activation of state.activations.values()) checkCounters(sim, activation)
  if (run.status === 'succeeded' && run.mode !== 'compensate') checkScope(sim, '', 0, entry)
  checkUsage(sim)
  checkDrain(sim)
  checkRetries(sim)
  checkUndo(sim)
}

function checkCounters(sim: Simulation, { path, node, failures, crashes, attempt }: Activation): void {
  const { retry } = sim.plan.nodes[node]!
  const resolved = sim.events.filter((event) => event.type === 'node.resolved' && event.path === path).length
  if (failures > (retry?.attempts ?? 1) + resolved) throw new Error(`${path} failed ${failures} times`)
  if (crashes > MAX_LOST_ATTEMPTS) throw new Error(`${path} crashed ${crashes} times`)
  const deferred = sim.events.filter((event) => event.type === 'node.deferred' && event.path === path).length
  if (attempt > failures + crashes + deferred + resolved + 1)
    throw new Error(`${path} made ${attempt} attempts`)
}

/** In a successful body, a node was skipped exactly if no edge led to it or its `when` was false. */
function checkScope(sim: Simulation, frame: string, scope: number, entry?: string): void {
  const { plan, state, events } = sim
  const ports = portsTaken(sim, frame)
  for (const index of plan.scopes[scope]!.nodes) {
    const node = plan.nodes[index]!
    if (node.regions.length > 0) continue
    const activation = state.activations.get(frame === '' ? node.id : `${frame}.${node.id}`)
    if (activation === undefined) throw new Error(`${node.id} was forgotten in "${frame}"`)
    const { path, status, adopted } = activation
    if (status === 'cancelled' || adopted) continue
    const taken = node.incoming.filter((edge) => {
      const { from, port } = plan.edges[edge]!
      return ports.has(`${from} ${port}`)
    }).length
    const declined = events.some((event) => event.type === 'node.declined' && event.path === path)
    const starts = entry === undefined ? node.incoming.length === 0 : node.id === entry
    const ran = status !== 'skipped'
    if (ran !== ((starts || taken > 0) && !declined))
      throw new Error(`${path} is ${status} with ${taken} edges taken`)
    const { mode, count } = node.join
    if (mode === 'quorum' && !starts && taken > 0 && taken < count && status !== 'failed') {
      throw new Error(`${path} is ${status} with ${taken} of ${count} branches`)
    }
    // A mock may have replaced the node.
    const isOpened =
      node.supplied === null ||
      state.activations.has(`${path}.${plan.nodes[plan.scopes[node.body]!.nodes[0]!]?.id}`)
    if (node.body >= 0 && node.each === null && status === 'succeeded' && isOpened)
      checkScope(sim, path, node.body)
  }
}

/** `node port` of all outcomes in a body, in any iteration: an edge that leaves a loop is taken if it ever was. */
function portsTaken({ state }: Simulation, frame: string): Set<string> {
  const ports = new Set<string>()
  for (const activation of state.activations.values()) {
    const { port, item, undoes } = activation
    if (activation.frame === frame && port !== null && item < 0 && undoes === null)
      ports.add(`${activation.node} ${port}`)
  }
  return ports
}

/** Each attempt is counted once, for the run and for the nodes around it. */
function checkUsage({ state, events }: Simulation): void {
  const counted = new Map<string, { path: string; usage: Usage }>()
  for (const event of events) {
    if (!('usage' in event) || event.usage === undefined || !('attempt' in event)) continue
    const key = `${event.path} ${event.attempt}`
    if (event.type === 'node.late' && counted.has(key)) throw new Error(`${key} is counted twice`)
    if (!counted.has(key)) counted.set(key, { path: event.path, usage: event.usage })
  }
  const sum = (under: string) =>
    [...counted.values()]
      .filter(({ path }) => path === under || path.startsWith(`${under}.`) || path.startsWith(`${under}:`))
      .reduce((total, { usage }) => total + usage.costMicros, 0)
  const all = [...counted.values()].reduce((total, { usage }) => total + usage.costMicros, 0)
  if ((state.run.usage?.costMicros ?? 0) !== all)
    throw new Error(`the run says ${state.run.usage} and not ${all}`)
  for (const { path, spent } of state.activations.values()) {
    if ((spent?.usage.costMicros ?? 0) !== sum(path)) throw new Error(`${path} does not say what it has cost`)
  }
}

function checkDrain({ events }: Simulation): void {
  const failing = events.findIndex(({ type }) => type === 'run.failing')
  if (failing < 0) return
  for (const event of events.slice(failing)) {
    if (event.type === 'node.started' && !event.path.endsWith('!undo'))
      throw new Error(`${event.path} began while failing`)
  }
}

/** Nothing is retried that must not be. */
function checkRetries({ plan, state, events }: Simulation): void {
  events.forEach((event, i) => {
    if (event.type !== 'node.retrying') return
    const { atMostOnce } = plan.nodes[state.activations.get(event.path)!.node]!
    const before = events[i - 1]!
    const why = before.type === 'node.failed' ? before.error : undefined
    const unsure = event.reason === 'crashed' || before.type === 'timer.fired' || why?.outcomeUnknown
    if (atMostOnce && unsure) throw new Error(`${event.path} may happen at most once and is tried again`)
    if (why?.retryable === false) throw new Error(`${event.path} cannot get better and is tried again`)
  })
}

/** A failed run has undone everything that succeeded and could be undone, last first. */
function checkUndo({ plan, state, events }: Simulation): void {
  const undone = new Set<string>()
  for (const event of events) {
    if (event.type === 'node.started' && event.path.endsWith('!undo')) undone.add(event.path.slice(0, -5))
  }
  const order = [...undone].map((path) => state.activations.get(path)!.order)
  if (order.some((one, i) => i > 0 && one > order[i - 1]!))
    throw new Error(`undone out of order: ${[...undone]}`)
  if (state.run.status !== 'failed' || state.run.mode === 'rerun') return
  for (const { path, node, status, item } of state.activations.values()) {
    const { undo, each, pure } = plan.nodes[node]!
    if (undo < 0 || status !== 'succeeded' || (each !== null && !pure && item < 0)) continue
    if (!undone.has(path) && !plan.nodes[undo]!.pure) throw new Error(`${path} was not undone`)
  }
}
