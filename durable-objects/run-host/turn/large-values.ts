// Large values leave the turn. Those that are too large for the run are written to a file by an effect, the others
// piece by piece to the tables of the run (`life/large-values.ts`).
import type { Fact } from '../../../src/engine/model/event.ts'
import type { NodeResult } from '../../../src/nodes/node.ts'
import { type EncodedValue, encodeValue, MAX_OUTPUT_CHARS, MAX_SMALL_CHARS } from '../rows/values.ts'
import type { EffectStart, OpenTurn } from './open-turn.ts'
import { outcomeFact, type ShellFact } from './outcome.ts'
import type { Run } from './scope.ts'

/** How much of an output is kept in the run. */
export function maxCharsOf(run: Run, path: string): number {
  const activation = run.state.activations.get(path)
  const node = activation === undefined ? undefined : run.plan.nodes[activation.node]?.node
  return node?.offload ? MAX_SMALL_CHARS : MAX_OUTPUT_CHARS
}

export const isTooLarge = ({ fact, output }: ShellFact, maxChars: number): boolean =>
  (fact.type === 'node.failed' && fact.error.code === 'data.too_large') ||
  (output?.json ?? '').length > maxChars

/** Records a result. If it is too large, an effect first writes it to a file of the run. */
export function record(turn: OpenTurn, path: string, attempt: number, computed: NodeResult): void {
  const fact = outcomeFact(turn.shell, path, attempt, computed, turn.now)
  if ('output' in computed && isTooLarge(fact, maxCharsOf(turn.shell.run, path)))
    turn.result.effects.push({ path, attempt, prepared: offloadOf(computed) })
  else take(turn, fact)
}

/** More characters are not written in the turn that takes them. */
const MAX_TAKEN_CHARS = 1024 * 1024

const valuesOf = ({ output, values = [] }: ShellFact): EncodedValue[] => [
  ...(output === undefined ? [] : [output]),
  ...values.map(([, value]) => value),
]

const charsOf = (next: ShellFact): number =>
  valuesOf(next).reduce((sum, { json }) => sum + (json ?? '').length, 0)

export const isLarge = (next: ShellFact): boolean => charsOf(next) > MAX_TAKEN_CHARS

/** Takes a computed fact in this turn, or after its values are written. */
export function take(turn: OpenTurn, next: ShellFact): void {
  const chars = charsOf(next)
  if (chars <= MAX_TAKEN_CHARS) {
    turn.queue.push(next)
    return
  }
  turn.shell.run.chars += chars
  turn.result.large.push(next)
}

/** An effect for a result that is already computed and only has to be written to a file. */
const offloadOf = (computed: NodeResult): EffectStart['prepared'] => ({
  kind: 'effect',
  work: () => Promise.resolve(computed),
  input: undefined as never,
  isChanged: false,
})

/** The fact with a value that is stored with it. If the value cannot be stored, the node fails. */
export function withValue(fact: Fact, path: string, value: unknown): ShellFact {
  const encoded = encodeValue(value)
  if (encoded.ok) return { fact, values: [[path, encoded.value]] }
  const { path: node, attempt } = fact as Extract<Fact, { attempt: number }>
  return { fact: { type: 'node.failed', path: node, attempt, error: encoded.error } }
}
