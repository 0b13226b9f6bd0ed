import type { Command } from '../../../src/engine/model/command.ts'
import type { Fact, Wait } from '../../../src/engine/model/event.ts'
import type { Usage } from '../../../src/engine/model/usage.ts'
import type { Random } from './random.ts'
import { portsOf } from './random-flow.ts'
import type { Simulation } from './simulate.ts'

/** The world's answer to a command. Undefined if it stays silent. */
export function answer(sim: Simulation, command: Command): Fact | undefined {
  const { random, plan } = sim
  const error = { code: 'test.failed', message: 'no', retryable: random.chance(0.8) }
  switch (command.type) {
    case 'expand_node': {
      const { path, attempt, node } = command
      if (random.chance(0.05)) return { type: 'node.declined', path, attempt }
      if (random.chance(0.03)) return { type: 'node.failed', path, attempt, error }
      if (random.chance(0.03)) return { type: 'node.deferred', path, attempt, delayMs: 7 }
      const { each, supplied } = plan.nodes[node]!
      const isWhole = sim.state.activations.get(path)!.item < 0
      const count = each && isWhole ? random.int(4) : undefined
      if (count === undefined && supplied !== null && random.chance(0.1))
        return { type: 'node.succeeded', path, attempt }
      return { type: 'node.expanded', path, attempt, ...(count === undefined ? {} : { count }) }
    }
    case 'run_items': {
      const { path, attempt, from, to } = command
      const count = 1 + random.int(to - from)
      const failed = random.chance(0.2) ? [{ item: from, error }] : []
      return { type: 'items.settled', path, attempt, from, count, failed }
    }
    case 'collect_output': {
      const { path, attempt, of } = command
      const fails = random.chance(0.03)
      if (of === 'run') return fails ? { type: 'run.collected', error } : { type: 'run.collected', output: 1 }
      return fails ? { type: 'node.failed', path, attempt, error } : { type: 'node.succeeded', path, attempt }
    }
    case 'resume_node': {
      const { path, attempt, node } = command
      if (random.chance(0.3))
        return { type: 'node.waiting', path, attempt, wait: randomWait(random, sim.now) }
      return { type: 'node.succeeded', path, attempt, port: random.pick(portsOf(plan.nodes[node]!.type)) }
    }
    case 'match_signals': {
      const { path, attempt, node, signals } = command
      const port = random.pick(portsOf(plan.nodes[node]!.type))
      return { type: 'node.succeeded', path, attempt, port, signal: signals[0]! }
    }
    case 'run_node':
      return workAnswer(sim, command)
    default:
      return undefined
  }
}

function workAnswer(sim: Simulation, command: Extract<Command, { type: 'run_node' }>): Fact | undefined {
  const { random, plan, now } = sim
  const { path, attempt, pure } = command
  const node = plan.nodes[command.node]!
  const dice = random.next()
  const error = {
    code: 'test.failed',
    message: 'no',
    retryable: random.chance(0.8),
    outcomeUnknown: random.chance(0.3),
  }
  const usage = pure || !random.chance(0.5) ? {} : { usage: randomUsage(random) }
  if (dice < 0.08) return { type: 'node.failed', path, attempt, error, ...usage }
  if (dice < 0.1) return { type: 'node.declined', path, attempt }
  if (!pure) {
    if (dice < 0.2) return { type: 'node.waiting', path, attempt, wait: randomWait(random, now) }
    if (dice < 0.24) return { type: 'node.deferred', path, attempt, delayMs: random.int(50) }
    if (dice < 0.27) return undefined
  }
  return { type: 'node.succeeded', path, attempt, port: random.pick(portsOf(node.type)), ...usage }
}

const randomUsage = (random: Random): Usage => ({
  costMicros: random.int(100),
  inputTokens: random.int(10),
  outputTokens: random.int(10),
  cachedTokens: random.int(3),
  reasoningTokens: random.int(3),
  unpricedCalls: random.int(2),
})

function randomWait(random: Random, now: number): Wait {
  const until = now + random.int(100)
  const dice = random.next()
  if (dice < 0.3) return { kind: 'timer', until, onDue: { port: 'main' } }
  if (dice < 0.5)
    return { kind: 'approval', name: 'apr_1', until, onDue: { error: { code: 'late', message: '' } } }
  if (dice < 0.7) return { kind: 'child', name: 'run_2', until }
  if (dice < 0.8) return { kind: 'approval', name: 'apr_2' }
  const name = random.pick(['s0', 's1', 's*'])
  return random.chance(0.5)
    ? { kind: 'signal', name }
    : { kind: 'signal', name, until, onDue: { port: 'timeout' } }
}
