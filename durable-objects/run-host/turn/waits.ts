// Waits for signals and for people: the data that the core does not have, and the results of answers.
import { toIso } from '../../../src/core/clock.ts'
import type { Json } from '../../../src/core/json.ts'
import { MAX_KEPT_SIGNALS } from '../../../src/engine/advance/wait.ts'
import { waitersFor } from '../../../src/engine/advance/waiters.ts'
import type { Command } from '../../../src/engine/model/command.ts'
import { idempotencyKey } from '../../../src/engine/model/idempotency.ts'
import type { Activation } from '../../../src/engine/model/state.ts'
import type { Decision, NodeResult } from '../../../src/nodes/node.ts'
import type { Decide, TeamEvent } from '../../../src/objects/workflow-run.ts'
import type { StoredWait } from '../rows/store.ts'
import { asNodeError } from './compute.ts'
import { nodeInput } from './node-input.ts'
import { outcomeFact, type ShellFact, type TurnShell } from './outcome.ts'
import { prepareNode } from './prepared.ts'
import { evaluate, scopeOf } from './scope.ts'

/** The result of the first of these kept signals that the waiting node accepts. */
export function matchSignals(
  shell: TurnShell,
  command: Extract<Command, { type: 'match_signals' }>,
  now: number,
): ShellFact | null {
  const { run, store } = shell
  const { path, attempt } = command
  const activation = run.state.activations.get(path)
  if (activation === undefined || activation.status !== 'waiting' || activation.attempt !== attempt)
    return null
  for (const seq of command.signals) {
    const data = store.readSignal(seq)
    if (data === undefined) continue
    const result = answerOf(
      shell,
      activation,
      now,
      (type, input) => type.onSignal?.(input as never, data) ?? null,
    )
    if (result === null) continue
    const outcome = outcomeFact(shell, path, attempt, result, now)
    if (outcome.fact.type !== 'node.succeeded') return outcome
    const takes = () => store.takeSignal(seq)
    return { ...outcome, fact: { ...outcome.fact, signal: seq }, onAccepted: takes }
  }
  return null
}

/** The result of an event for this wait. Null unless the event came while the wait was open, and the node accepts it. */
export function answerEvent(
  shell: TurnShell,
  path: string,
  { id, name, at, data }: TeamEvent,
  now: number,
): ShellFact | null {
  const activation = shell.run.state.activations.get(path)
  if (activation?.status !== 'waiting' || activation.wait?.kind !== 'signal') return null
  const { attempt, since, wait } = activation
  if (at < since || (wait.until !== undefined && at >= wait.until)) return null
  const result = answerOf(
    shell,
    activation,
    now,
    (type, input) => type.onSignal?.(input as never, data) ?? null,
  )
  if (result === null) return null
  const outcome = outcomeFact(shell, path, attempt, result, now)
  if (outcome.fact.type !== 'node.succeeded') return outcome
  return { ...outcome, fact: { ...outcome.fact, detail: { event: { id, name, at: toIso(at) } } } }
}

/** Whether the run can accept this signal: it has room to keep it, or a node accepts it immediately. */
export function hasRoomFor(shell: TurnShell, name: string, data: Json, now: number): boolean {
  const { activations, signals } = shell.run.state
  if (signals.size < MAX_KEPT_SIGNALS) return true
  return waitersFor(shell.run.state, name).some((path) => {
    const activation = activations.get(path)
    if (activation === undefined) return false
    return (
      answerOf(shell, activation, now, (type, input) => type.onSignal?.(input as never, data) ?? null) !==
      null
    )
  })
}

export type DecisionResult = { fact: ShellFact | null; wait: StoredWait } | { refused: string }

/** Records a decision. The fact is set once enough people have decided. */
export function decide(shell: TurnShell, request: Decide, now: number): DecisionResult {
  const { run, store } = shell
  const wait = store.readWaits().find((one) => one.approvalId === request.approvalId)
  const activation = wait && run.state.activations.get(wait.path)
  if (!wait || !activation) return { refused: 'The run has no such approval.' }
  if (activation.status !== 'waiting' || activation.attempt !== wait.attempt)
    return { refused: 'The approval is already closed.' }
  const decisions = wait.decisions as unknown as Decision[]
  if (decisions.some((one) => one.by === request.by)) return { refused: 'You have already decided.' }
  const decision: Decision = {
    by: request.by,
    decision: request.decision,
    comment: request.comment,
    data: request.data,
    at: toIso(now),
    ...(request.isStarter ? { self: true as const } : {}),
  }
  const all = [...decisions, decision]
  const next: StoredWait = { ...wait, decisions: all as unknown as Json[] }
  store.writeWait(next)
  store.pushOutbox('approval', { path: wait.path }, now)
  const result = prepareNode(nodeOf(shell, activation)).type?.onDecision?.(wait.detail, all) ?? null
  return {
    fact: result === null ? null : outcomeFact(shell, wait.path, wait.attempt, result, now),
    wait: next,
  }
}

type Answer = (
  type: NonNullable<ReturnType<typeof prepareNode>['type']>,
  input: ReturnType<typeof nodeInput>,
) => NodeResult | null

function answerOf(shell: TurnShell, activation: Activation, now: number, answer: Answer): NodeResult | null {
  const { run } = shell
  const prepared = prepareNode(nodeOf(shell, activation))
  if (prepared.type === undefined) return null
  try {
    const at = { from: activation }
    const view = scopeOf(run, at, now)
    const { keyRoot, generations } = run.state.run
    const key = idempotencyKey(keyRoot, activation.path, generations[activation.path])
    const call = { activation, attempt: activation.attempt, key, nowMs: now, view }
    const input = nodeInput(run, call, prepared.type, evaluate(run, at, prepared.params, view))
    return answer(prepared.type, input)
  } catch (error) {
    return { error: asNodeError(error) }
  }
}

function nodeOf({ run }: TurnShell, activation: Activation) {
  const node = run.plan.nodes[activation.node]
  if (node === undefined) throw new Error(`The plan has no node ${activation.node}`)
  return node
}
