// Collects the output of a run, a group or an `each`.
import type { Json } from '../../../src/core/json.ts'
import type { Command } from '../../../src/engine/model/command.ts'
import type { NodeError } from '../../../src/engine/model/event.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import { MAX_OFFLOAD_CHARS, MAX_OUTPUT_CHARS, toJson } from '../rows/values.ts'
import { asNodeError, collectBody, lastChars, lastOutputsTooLarge } from './compute.ts'
import { collectItems } from './items.ts'
import { record, take } from './large-values.ts'
import type { OpenTurn } from './open-turn.ts'
import { OUTPUT_PATH, type ShellFact } from './outcome.ts'
import { prepareNode } from './prepared.ts'
import type { Run } from './scope.ts'

type Collect = Extract<Command, { type: 'collect_output' }>

export function collectOutput(turn: OpenTurn, command: Collect): void {
  if (command.of !== 'run') collectOfNode(turn, command)
  else {
    const fact = collectOfRun(turn)
    if (fact !== null) take(turn, fact)
  }
}

function collectOfNode(turn: OpenTurn, { path, attempt, of }: Collect): void {
  const { run } = turn.shell
  try {
    const activation = run.state.activations.get(path)
    const value = activation === undefined ? undefined : collectedOf(turn, activation, of)
    const port = of === 'group' ? portOf(run, activation, value) : undefined
    record(turn, path, attempt, { output: value, ...(port === undefined ? {} : { port }) })
  } catch (error) {
    const fact = { path, attempt, error: { ...asNodeError(error), retryable: false } }
    turn.queue.push({ fact: { type: 'node.failed', ...fact } })
  }
}

function collectedOf({ shell: { run }, now }: OpenTurn, activation: Activation, of: Collect['of']): unknown {
  return of === 'group'
    ? collectBody(run, run.plan.nodes[activation.node]?.body ?? 0, activation.path, now)
    : collectItems(run, activation)
}

/** Null if the output must first be written to a file. */
function collectOfRun({ shell: { run }, result, now }: OpenTurn): ShellFact | null {
  const failed = (error: NodeError): ShellFact => ({ fact: { type: 'run.collected', error } })
  try {
    // Without an `output`, the run's output is the outputs of its last nodes, which are stored already.
    if (run.plan.scopes[0]?.output === undefined) {
      const chars = lastChars(run)
      if (chars <= MAX_OUTPUT_CHARS) return { fact: { type: 'run.collected' } }
      if (chars > MAX_OFFLOAD_CHARS) return failed(lastOutputsTooLarge(chars))
    }
    const json = toJson(collectBody(run, 0, '', now))
    if (!json.ok) return failed(json.error)
    if (json.value !== null && json.value.length > MAX_OUTPUT_CHARS) {
      result.largeOutput = json.value
      return null
    }
    return { fact: { type: 'run.collected' }, values: [[OUTPUT_PATH, { json: json.value }]] }
  } catch (error) {
    return failed(asNodeError(error))
  }
}

/** The port of a node with a supplied body. It follows from its output, as for a mock. */
function portOf({ plan }: Run, activation: Activation | undefined, value: unknown): string | undefined {
  const node = activation === undefined ? undefined : plan.nodes[activation.node]
  const type = node?.supplied ? prepareNode(node).type : undefined
  return typeof type?.mockPort === 'function' ? type.mockPort(value as Json) : undefined
}
