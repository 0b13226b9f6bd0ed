// Limits how much a turn computes. A pure node that evaluates an expression for each item of a list stops between two
// items once the turn has computed enough, and continues in the next turn of its run. Invariants:
// 1. Nothing is evaluated twice: the node's own code starts again, and gets the same values in the same order.
// 2. Each turn completes at least one evaluation.
// 3. Nothing of this is stored: after a loss of memory the node starts again, as every pure node does.
// 4. After a turn with large values the run rests, so that the other runs of the host get more turns than it does.
import { type Budget, defaultLimits } from '../../../src/engine/expression/index.ts'
import type { NodeInput, NodeResult, PureNode } from '../../../src/nodes/node.ts'

/** Steps of expressions: half of what one expression may use. The other runs of the host wait for a turn. */
const MAX_STEPS = defaultLimits.steps / 2
/** Characters of JSON that are written or read. So a turn handles one large value, and is written before the next. */
const MAX_CHARS = 1024 * 1024
/** The rest after 8 MB is 40 ms, about as long as such a turn takes. */
const CHARS_PER_MS_OF_REST = 200 * 1024
/** More than the expressions of a turn can use. */
const ROOM = 2 ** 40

/** The use of a turn's expressions is subtracted from this. */
export const newWork = (): Budget => ({ steps: ROOM, bytes: ROOM })

/** Thrown when the turn has computed enough. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished'
}

/** Computations that an earlier turn began, by path and attempt. */
export type Begun = Map<string, () => NodeResult>

/** The part of a run that is needed here. */
type Working = {
  work: Budget
  /** Characters of JSON that the turn has written or read. */
  chars: number
  begun: Begun
}

export const hasWorkedLong = ({ work, chars }: Omit<Working, 'begun'>): boolean =>
  ROOM - work.steps > MAX_STEPS || chars > MAX_CHARS

/**
 * How long a run waits before it continues. A turn of another run may need several rounds of the event loop before it
 * begins, for example when its alarm fires. Without a rest, a turn with large values would delay each of the rounds.
 */
export const restMs = ({ chars }: Pick<Working, 'chars'>): number => Math.floor(chars / CHARS_PER_MS_OF_REST)

/** Throws `Unfinished` if it must be called again in another turn. `input` is called once. */
export function computePure(
  run: Working,
  key: string,
  type: PureNode,
  input: () => NodeInput<unknown>,
): NodeResult {
  if (type.deferred === undefined) return type.compute(input())
  const compute = run.begun.get(key) ?? inParts(run, type, input())
  run.begun.delete(key)
  try {
    return compute()
  } catch (error) {
    if (error instanceof Unfinished) run.begun.set(key, compute)
    throw error
  }
}

function inParts(run: Working, type: PureNode, input: NodeInput<unknown>): () => NodeResult {
  const known: unknown[] = []
  return () => {
    const before = known.length
    let at = 0
    const evaluate: NodeInput<unknown>['evaluate'] = (param, extra) => {
      if (at === known.length) {
        if (at > before && hasWorkedLong(run)) throw new Unfinished()
        known.push(input.evaluate(param, extra))
      }
      return known[at++]
    }
    // Other fields of the input are only read if the node asks for them.
    return type.compute(Object.create(input, { evaluate: { value: evaluate } }) as typeof input)
  }
}
