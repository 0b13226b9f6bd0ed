import { toIsoOrNull } from '../../core/clock.ts'
import type { NodeError } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import {
  type Activation,
  isTerminal,
  type NodeStatus,
  type RunState,
  type RunStatus,
} from '../model/state.ts'
import type { Usage } from '../model/usage.ts'

export interface NodeView {
  id: string
  path: string
  type: string
  status: NodeStatus
  attempt: number
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  error: NodeError | null
  items?: { count: number; done: number; failed: number }
  /** Only if models were called. Includes nodes inside. */
  usage?: Usage
}

export interface WaitingFor {
  path: string
  /** `retry`: between two attempts. Its name is the code of the error. */
  kind: 'timer' | 'signal' | 'approval' | 'child' | 'resolve' | 'retry'
  name: string | null
  since: string | null
  until: string | null
}

/** The part of a run's JSON that follows from the state. Times are ISO 8601. */
export interface RunView {
  status: RunStatus
  error: NodeError | null
  progress: number
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  waitingFor: WaitingFor[]
  parentRunId: string | null
}

const between = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : to - from

export function runView(plan: Plan, state: RunState): RunView {
  const { run } = state
  return {
    status: run.status,
    error: run.error,
    progress: progress(plan, state),
    startedAt: toIsoOrNull(run.startedAt),
    finishedAt: toIsoOrNull(run.finishedAt),
    durationMs: between(run.startedAt, run.finishedAt),
    waitingFor: waitingFor(state),
    parentRunId: run.parentRunId,
  }
}

/**
 * All activations in order of creation, then the nodes of the workflow that were not reached. At most `most` in
 * total.
 */
export function nodesView(plan: Plan, state: RunState, most = Number.POSITIVE_INFINITY): NodeView[] {
  const views: NodeView[] = []
  for (const activation of state.activations.values()) {
    if (views.length >= most) return views
    views.push(nodeView(plan, activation))
  }
  for (const index of unreached(plan, state)) {
    if (views.length >= most) return views
    views.push(unreachedView(plan, state, index))
  }
  return views
}

export const countNodes = (plan: Plan, state: RunState): number =>
  state.activations.size + unreached(plan, state).length

/** Indexes of nodes of the workflow that have no activation. */
export const unreached = (plan: Plan, state: RunState): number[] =>
  plan.scopes[0]!.nodes.filter((index) => !state.activations.has(plan.nodes[index]!.id))

const unreachedStatus = (state: RunState): NodeStatus =>
  isTerminal(state.run.status) ? 'skipped' : 'pending'

export function unreachedView(plan: Plan, state: RunState, index: number): NodeView {
  const { id, type } = plan.nodes[index]!
  return {
    id,
    path: id,
    type,
    status: unreachedStatus(state),
    attempt: 0,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    error: null,
  }
}

export function nodeView(plan: Plan, activation: Activation): NodeView {
  const { path, status, attempt, startedAt, finishedAt, error, each } = activation
  const { id, type } = plan.nodes[activation.node]!
  const view: NodeView = {
    id,
    path,
    type,
    status,
    attempt,
    startedAt: toIsoOrNull(startedAt),
    finishedAt: toIsoOrNull(finishedAt),
    durationMs: between(startedAt, finishedAt),
    error,
  }
  if (each) view.items = { count: each.count, done: each.done, failed: each.failed }
  if (activation.spent) view.usage = activation.spent.usage
  return view
}

/** Percent of the workflow's units that have settled. Items count as parts of their node. 100 only at the end. */
export function progress(plan: Plan, state: RunState): number {
  const { run } = state
  if (run.status === 'succeeded') return 100
  const { units } = plan.scopes[0]!
  if (units === 0 || run.startedAt === null) return 0
  let done = units - run.left
  for (const path of state.fans) {
    const each = state.activations.get(path)?.each
    if (each && each.count > 0) done += each.done / each.count
  }
  return Math.max(0, Math.min(99, Math.floor((done / units) * 100)))
}

export function waitingFor(state: RunState): WaitingFor[] {
  const waits: WaitingFor[] = []
  if (state.run.waiting === 0 && state.run.retrying === 0) return waits
  for (const path of state.open) {
    const { status, wait, since, error, timer } = state.activations.get(path)!
    if (status === 'unknown')
      waits.push({ path, kind: 'resolve', name: null, since: toIsoOrNull(since), until: null })
    else if (status === 'retrying')
      waits.push({
        path,
        kind: 'retry',
        name: error?.code ?? null,
        since: toIsoOrNull(since),
        until: toIsoOrNull(timer?.at ?? null),
      })
    else if (status === 'waiting' && wait) {
      const { kind, name } = wait
      // The node's own timeout may be before the end of the wait. For a child, `until` is when the parent asks again,
      // which does not end the wait.
      const own = kind === 'child' ? null : (wait.until ?? null)
      const until = timer?.kind === 'timeout' ? timer.at : own
      waits.push({ path, kind, name: name ?? null, since: toIsoOrNull(since), until: toIsoOrNull(until) })
    }
  }
  return waits
}
