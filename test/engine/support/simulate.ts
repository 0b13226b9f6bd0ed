import { advance, type Step } from '../../../src/engine/advance/index.ts'
import type { Command } from '../../../src/engine/model/command.ts'
import type { Fact, RunEvent } from '../../../src/engine/model/event.ts'
import type { Plan } from '../../../src/engine/model/plan.ts'
import {
  type Activation,
  hasEnded,
  newRun,
  type RegionState,
  type RunState,
  wantsSlot,
} from '../../../src/engine/model/state.ts'
import { replay } from '../../../src/engine/resume/replay.ts'
import { restore } from '../../../src/engine/resume/restore.ts'
import { lostAttempts, outstanding } from '../../../src/engine/resume/wake.ts'
import { checkBegin, checkRow } from './check-rows.ts'
import { expectSame } from './expect-same.ts'
import { fingerprint } from './fingerprint.ts'
import type { Random } from './random.ts'
import { answer } from './random-shell.ts'

export interface Simulation {
  readonly plan: Plan
  readonly random: Random
  state: RunState
  now: number
  readonly events: RunEvent[]
  /** Rows as a store would have them: only written when `advance` says so. */
  readonly rows: { activations: Map<string, Activation>; regions: Map<string, RegionState> }
  /** Answers on their way, from this process or from a lost one. */
  readonly pending: Fact[]
  /** Work of the turn, to be answered before anything else. */
  readonly inbox: Command[]
  readonly timers: Map<string, number>
  readonly started: Set<string>
  /** The idempotency key of everything that ran, by path. */
  readonly keys: Map<string, string>
  readonly settled: Map<string, string>
  /** Whether it gives up its slot at the gate whenever it only waits. */
  readonly yields: boolean
  steps: number
}

const MAX_STEPS = 6_000

export function simulation(plan: Plan, random: Random): Simulation {
  return {
    plan,
    random,
    state: newRun(),
    now: 1_000,
    events: [],
    rows: { activations: new Map(), regions: new Map() },
    pending: [],
    inbox: [],
    timers: new Map(),
    started: new Set(),
    keys: new Map(),
    settled: new Map(),
    yields: random.chance(0.3),
    steps: 0,
  }
}

/** Runs to the end, whatever the random choices are. Throws if the run stops without a reason. */
export function simulate(sim: Simulation, start: readonly Fact[]): void {
  for (const fact of start) feed(sim, fact)
  while (!hasEnded(sim.state)) {
    if (++sim.steps > MAX_STEPS) throw new Error('the run does not end')
    const { random } = sim
    if (sim.yields) passGate(sim)
    if (random.chance(0.02)) restart(sim)
    else if (sim.inbox.length > 0) work(sim, sim.inbox.shift()!)
    else if (random.chance(0.03)) disturb(sim)
    else if (sim.pending.length > 0 && (sim.timers.size === 0 || random.chance(0.8))) deliver(sim)
    else if (sim.timers.size > 0) fireNext(sim)
    else unblock(sim)
  }
}

export function feed(sim: Simulation, fact: Fact, carryOut = true): Step {
  const current = 'attempt' in fact ? sim.state.activations.get(fact.path)?.attempt : undefined
  const step = advance(sim.plan, sim.state, fact, sim.now)
  if (step.accepted && 'attempt' in fact && fact.attempt !== current)
    throw new Error(`${fact.path}: stale attempt taken`)
  const { rows, events, state, settled } = sim
  for (const event of step.events) {
    if (event.seq !== events.length + 1) throw new Error(`seq ${event.seq} after ${events.length}`)
    events.push(event)
  }
  if (!step.accepted) {
    // The cost of a late call is counted.
    const isPaid = step.events.some((event) => event.type === 'node.late' && event.usage !== undefined)
    const changed = isPaid ? 0 : step.changes.activations.size
    if (step.commands.length + changed + step.changes.regions.size > 0)
      throw new Error(`a stale ${fact.type} changed something`)
    if (step.events.some(({ type }) => type !== 'node.late')) throw new Error('a stale fact was recorded')
  }
  for (const activation of step.changes.activations) {
    const { path, status, each, finishedAt } = activation
    rows.activations.set(path, each ? { ...activation, each: { ...each } } : { ...activation })
    checkRow(sim, activation)
    const before = settled.get(path)
    if (before !== undefined && before !== status)
      throw new Error(`${path} was ${before} and became ${status}`)
    if (finishedAt !== null) settled.set(path, status)
  }
  for (const region of step.changes.regions) {
    rows.regions.set(region.key, { ...region, back: [...region.back], exits: [...region.exits] })
  }
  if (state.run.slots > sim.plan.maxParallel) throw new Error('more slots than there are')
  if (carryOut) for (const command of step.commands) dispatch(sim, command, false)
  return step
}

function dispatch(sim: Simulation, command: Command, again: boolean): void {
  const { timers, inbox, started } = sim
  switch (command.type) {
    case 'set_timer':
      timers.set(command.key, command.at)
      return
    case 'clear_timer':
      timers.delete(command.key)
      return
    case 'run_node': {
      const key = `${command.path} ${command.attempt}`
      if (started.has(key) && !(command.pure && again)) throw new Error(`${key} started twice`)
      if (sim.state.run.paused && !again) throw new Error(`${key} started while paused`)
      if (sim.state.run.held) throw new Error(`${key} started without a slot at its gate`)
      started.add(key)
      checkBegin(sim, command.path)
      const known = sim.keys.get(command.path)
      if (known !== undefined && known !== command.key) throw new Error(`${command.path} changed its key`)
      sim.keys.set(command.path, command.key)
      inbox.push(command)
      return
    }
    case 'project':
    case 'end_run':
    case 'cancel_node':
      return
    default:
      inbox.push(command)
  }
}

/** The gate is asked when there is work again, and admits the run at some time. */
function passGate(sim: Simulation): void {
  const { state, random } = sim
  const { held, status } = state.run
  if (!held && feed(sim, { type: 'run.yielded' }).accepted !== (status === 'waiting'))
    throw new Error(`a run that is ${status} gave its slot away, or kept it`)
  if (wantsSlot(state) && random.chance(0.3)) feed(sim, { type: 'run.admitted' })
}

function work(sim: Simulation, command: Command): void {
  const fact = answer(sim, command)
  if (fact === undefined) return
  const isTurn = command.type !== 'run_node' || command.pure
  if (isTurn) {
    feed(sim, fact)
    const again = fact.type !== 'node.waiting' && sim.random.chance(0.05)
    if (again && feed(sim, fact).accepted) throw new Error(`${fact.type} was taken twice`)
  } else sim.pending.push(fact)
  if (sim.random.chance(0.05)) sim.pending.push(fact)
}

function deliver(sim: Simulation): void {
  const { pending, random } = sim
  const at = random.int(pending.length)
  const fact = pending[at]!
  pending[at] = pending.at(-1)!
  if (!random.chance(0.05)) pending.pop()
  sim.now += random.int(10)
  feed(sim, fact)
}

function fireNext(sim: Simulation): void {
  let key = ''
  let at = Number.POSITIVE_INFINITY
  for (const [other, due] of sim.timers) {
    if (due >= at) continue
    key = other
    at = due
  }
  if (sim.now < at && sim.random.chance(0.1)) {
    if (feed(sim, { type: 'timer.fired', key }).accepted) throw new Error(`${key} fired early`)
  }
  sim.now = Math.max(sim.now, at)
  sim.timers.delete(key)
  if (!feed(sim, { type: 'timer.fired', key }).accepted) throw new Error(`${key} was due and is not known`)
}

/** The process is lost. Effects in flight may still answer, to the next process. */
function restart(sim: Simulation): void {
  const { plan, random, state } = sim
  sim.inbox.length = 0
  sim.timers.clear()
  sim.now += random.int(100)
  sim.state = random.chance(0.5) ? replay(plan, sim.events) : restored(sim)
  expectSame(fingerprint(sim.state), fingerprint(state), 'state after a restart')
  for (const fact of lostAttempts(sim.state)) feed(sim, fact, false)
  for (const command of outstanding(plan, sim.state)) dispatch(sim, command, true)
}

export function restored(sim: Simulation): RunState {
  const { plan, rows, state } = sim
  // In the order of their keys, like the tables return them.
  const inOrder = <Row>(found: Map<string, Row>): Row[] =>
    structuredClone([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row))
  const activations = inOrder(rows.activations)
  const regions = inOrder(rows.regions)
  const { signals, adopted } = state
  return restore(plan, {
    run: structuredClone(state.run),
    activations,
    regions,
    signals,
    adopted: adopted.values(),
  })
}

function disturb(sim: Simulation): void {
  const { random, state, events } = sim
  const dice = random.next()
  if (dice < 0.05)
    feed(sim, { type: 'node.progress', path: random.pick([...state.activations.keys()]), attempt: 1 })
  else if (dice < 0.3) feed(sim, { type: 'run.paused' })
  else if (dice < 0.5) feed(sim, { type: 'run.resumed' })
  else if (dice < 0.6) feed(sim, { type: 'run.cancel_requested' })
  else if (dice < 0.75) feed(sim, { type: 'signal.received', name: random.pick(['s0', 's1']) })
  else if (dice < 0.82) giveUp(sim)
  else {
    // A fact that was valid earlier.
    const old = random.pick(events)
    if (old.auto || !('attempt' in old)) return
    const { status, attempt } = state.activations.get(old.path)!
    if (attempt === old.attempt && (status === 'running' || status === 'waiting')) return
    const before = fingerprint(state)
    // Its cost was counted with it.
    feed(sim, old)
    const after = fingerprint(state)
    const seq = /"seq":\d+/
    if (before.replace(seq, '') !== after.replace(seq, ''))
      throw new Error(`a stale ${old.type} changed the state`)
  }
}

/** Whatever it is doing, it fails for good and is stopped. */
function giveUp(sim: Simulation): void {
  const { random, state } = sim
  if (state.open.size === 0) return
  const path = random.pick([...state.open])
  const { attempt, status } = state.activations.get(path)!
  const { accepted } = feed(sim, {
    type: 'node.failed',
    path,
    attempt,
    error: { code: 'node.poison', message: '', retryable: false },
    givenUp: true,
  })
  if (accepted !== (status !== 'pending')) throw new Error(`${path} was ${status} and given up: ${accepted}`)
  if (accepted && state.activations.get(path)!.status !== 'failed')
    throw new Error(`${path} is ${state.activations.get(path)!.status} after it was given up`)
}

/** If nothing happens by itself, the run must show what it waits for. */
function unblock(sim: Simulation): void {
  const { state, random } = sim
  if (state.run.paused) {
    feed(sim, { type: 'run.resumed' })
    return
  }
  if (wantsSlot(state)) {
    feed(sim, { type: 'run.admitted' })
    return
  }
  for (const path of state.open) {
    const { status, wait, attempt } = state.activations.get(path)!
    if (status === 'unknown') {
      const outcome = random.pick(['succeeded', 'failed', 'retry'] as const)
      feed(sim, { type: 'node.resolved', path, attempt, outcome })
      return
    }
    if (status === 'waiting') {
      if (state.run.status !== 'waiting') throw new Error(`waits for ${path} and says ${state.run.status}`)
      if (wait?.kind === 'signal') feed(sim, { type: 'signal.received', name: wait.name! })
      else feed(sim, { type: 'node.succeeded', path, attempt })
      return
    }
    if (status === 'running') {
      // The answer was never sent: only a timeout could have helped, and there is none.
      feed(sim, { type: 'node.failed', path, attempt, error: { code: 'test.silent', message: '' } })
      if (state.activations.get(path)!.attempt === attempt && state.open.has(path) && status === 'running')
        continue
      return
    }
  }
  throw new Error(`stands still: ${fingerprint(state)}`)
}
