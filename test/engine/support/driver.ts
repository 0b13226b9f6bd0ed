import { advance, type Step } from '../../../src/engine/advance/index.ts'
import { loadPlan } from '../../../src/engine/compile/load.ts'
import type { Command } from '../../../src/engine/model/command.ts'
import type { Definition } from '../../../src/engine/model/definition.ts'
import type { AdoptedOutcome, Fact, NodeError, RunEvent, Wait } from '../../../src/engine/model/event.ts'
import type { Plan } from '../../../src/engine/model/plan.ts'
import { newRun, type RunState } from '../../../src/engine/model/state.ts'
import { TYPES } from './types.ts'

type Started = Partial<Extract<Fact, { type: 'run.started' }>>

/** A run driven by the test: pure work is answered immediately, the rest on request. */
export interface Drive {
  readonly plan: Plan
  readonly state: RunState
  readonly events: RunEvent[]
  readonly commands: Command[]
  now: number
  feed(fact: Fact): Step
  start(rest?: Started, adopted?: readonly AdoptedOutcome[]): Drive
  ok(path: string, port?: string): Step
  fail(path: string, error?: Partial<NodeError>): Step
  wait(path: string, wait: Wait): Step
  /** Advances the time and fires the timer with that key. */
  fire(key: string): Step
  status(path: string): string | undefined
  /** Paths of `run_node` for effects, in order, with every attempt. */
  ran(): string[]
  types(): string[]
}

export interface Answers {
  /** The port of a pure node. */
  ports?: Record<string, string>
  /** How many items an `each` has. */
  counts?: Record<string, number>
  /** Paths of pure nodes that fail. */
  failing?: string[]
  declined?: string[]
  /** Waits that pure nodes open. */
  waits?: Record<string, Wait>
  /** Paths of nodes with supplied bodies that a mock replaces. */
  standIns?: string[]
  badOutput?: boolean
}

export function drive(definition: Definition, answers: Answers = {}): Drive {
  const plan = loadPlan(definition, TYPES)
  const state = newRun()
  const attemptOf = (path: string) => state.activations.get(path)?.attempt ?? 0
  const inbox: Fact[] = []
  let answering = false
  const self: Drive = {
    plan,
    state,
    events: [],
    commands: [],
    now: 1_000_000,
    feed(fact) {
      const step = advance(plan, state, fact, self.now)
      self.events.push(...step.events)
      for (const command of step.commands) {
        self.commands.push(command)
        const answer = answerTo(command, plan, answers)
        if (answer) inbox.push(answer)
      }
      // Only the outermost call answers, so that a long chain of pure nodes does not nest.
      if (!answering) {
        answering = true
        for (let next = inbox.shift(); next; next = inbox.shift()) self.feed(next)
        answering = false
      }
      return step
    },
    start(rest = {}, adopted) {
      if (adopted) self.feed({ type: 'run.adopted', outcomes: adopted })
      self.feed({ type: 'run.started', runId: 'run_1', keyRoot: 'run_1', ...rest })
      return self
    },
    ok: (path, port) =>
      self.feed({ type: 'node.succeeded', path, attempt: attemptOf(path), ...(port ? { port } : {}) }),
    fail: (path, error = {}) =>
      self.feed({
        type: 'node.failed',
        path,
        attempt: attemptOf(path),
        error: { code: 'test.failed', message: 'no', ...error },
      }),
    wait: (path, wait) => self.feed({ type: 'node.waiting', path, attempt: attemptOf(path), wait }),
    fire(key) {
      const { run } = state
      const at =
        state.activations.get(key)?.timer?.at ??
        (key === '$drain' ? run.drainAt : key === '$timeout' ? run.timeoutAt : run.deadlineAt)
      self.now = Math.max(self.now, at ?? self.now)
      return self.feed({ type: 'timer.fired', key })
    },
    status: (path) => state.activations.get(path)?.status,
    ran: () => self.commands.flatMap((c) => (c.type === 'run_node' && !c.pure ? [c.path] : [])),
    types: () => self.events.map(({ type }) => type),
  }
  return self
}

function answerTo(command: Command, plan: Plan, answers: Answers): Fact | undefined {
  if (command.type === 'expand_node') {
    const { path, attempt, node } = command
    const declined = answers.declined?.includes(path)
    if (declined) return { type: 'node.declined', path, attempt }
    const isWhole = !/:\d+$/.test(path)
    const count = plan.nodes[node]!.each && isWhole ? (answers.counts?.[path] ?? 2) : undefined
    if (answers.standIns?.includes(path)) return { type: 'node.succeeded', path, attempt }
    return { type: 'node.expanded', path, attempt, ...(count === undefined ? {} : { count }) }
  }
  if (command.type === 'collect_output') {
    const { path, attempt, of } = command
    if (of === 'run' && answers.badOutput) {
      return { type: 'run.collected', error: { code: 'test.output', message: 'no' } }
    }
    return of === 'run' ? { type: 'run.collected', output: 1 } : { type: 'node.succeeded', path, attempt }
  }
  if (command.type === 'run_items') {
    const { path, attempt, from, to } = command
    return { type: 'items.settled', path, attempt, from, count: to - from }
  }
  if (command.type !== 'run_node' || !command.pure) return undefined
  const { path, attempt } = command
  if (answers.declined?.includes(path)) return { type: 'node.declined', path, attempt }
  if (answers.failing?.includes(path)) {
    return { type: 'node.failed', path, attempt, error: { code: 'test.failed', message: 'no' } }
  }
  const wait = answers.waits?.[path]
  if (wait) return { type: 'node.waiting', path, attempt, wait }
  const port = answers.ports?.[path]
  return { type: 'node.succeeded', path, attempt, ...(port ? { port } : {}) }
}
