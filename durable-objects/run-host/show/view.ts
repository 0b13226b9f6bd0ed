// A run as the API shows it.
import { toIso } from '../../../src/core/clock.ts'
import type { Json } from '../../../src/core/json.ts'
import type { NodeError } from '../../../src/engine/model/event.ts'
import { hasEnded, wantsSlot } from '../../../src/engine/model/state.ts'
import { NO_USAGE } from '../../../src/engine/model/usage.ts'
import { type NodesQuery, nodesPage } from '../../../src/engine/read/nodes-page.ts'
import { countNodes, nodesView, type nodeView, runView } from '../../../src/engine/read/view.ts'
import { labelsOf } from '../../../src/modules/runs/index.ts'
import { runCost } from '../../../src/objects/run-cost.ts'
import {
  MAX_SHOWN_CHARS,
  type RunNodesPage,
  type RunNodeView,
  type RunView,
  type WaitView,
} from '../../../src/objects/workflow-run.ts'
import type { RunStore } from '../rows/store.ts'
import { readFollowers } from '../rows/stored-followers.ts'
import { readGate } from '../rows/stored-gate.ts'
import { isInLine, slotOf } from '../rows/stored-slot.ts'
import { collectBody, lastChars } from '../turn/compute.ts'
import { OUTPUT_PATH } from '../turn/outcome.ts'
import type { Run } from '../turn/scope.ts'
import { hideSecrets, hideStored } from './redaction.ts'

type Include = { nodes?: boolean; output?: boolean; definition?: boolean }

export function viewRun(run: Run, store: RunStore, include: Include): RunView {
  const { spec, state } = run
  const { mode = 'start' } = spec
  const view = runView(run.plan, state)
  const output = include.output === false ? { value: null } : readable(() => outputOfRun(run))
  return {
    id: spec.runId,
    teamId: spec.teamId,
    kind: spec.kind ?? 'workflow',
    subjectId: spec.subjectId ?? null,
    workflowId: spec.workflowId,
    workflowVersion: spec.workflowVersion,
    workflowName: spec.workflowName,
    title: titleOfRun(run, store),
    startedBy: spec.startedBy,
    cancelledBy: cancellerOf(run, store),
    mocked: spec.mocks !== undefined,
    tags: spec.tags ?? [],
    metadata: spec.metadata ?? {},
    status: view.status,
    trigger: spec.trigger,
    input: spec.input,
    output: output.value,
    error: (view.error ?? output.error ?? null) as unknown as Json,
    progress: view.progress,
    createdAt: store.readMeta('createdAt') ?? toIso(0),
    startedAt: view.startedAt,
    finishedAt: view.finishedAt,
    durationMs: view.durationMs,
    cost: runCost(state.run.usage),
    waitingFor: waitsOf(run, store),
    parentRunId: spec.parent?.runId ?? null,
    ...followersOf(run, store),
    follows: spec.follows ?? (mode === 'start' ? null : (spec.parent?.runId ?? null)),
    mode,
    ...(include.definition ? { definition: JSON.parse(spec.definition) as Record<string, Json> } : {}),
    ...(include.nodes ? firstNodes(run) : {}),
    ...(include.output === false ? {} : largeOutput(run)),
  }
}

/** Most runs have no title to look up. */
const titleOfRun = ({ plan }: Run, store: RunStore): string | null =>
  plan.definition.settings?.title === undefined ? null : store.readMeta('title')

export const cancellerOf = ({ state }: Run, store: RunStore): string | null =>
  state.run.status === 'cancelled' ? store.readMeta('cancelledBy') : null

/** Only an ended run has followers. */
function followersOf({ state }: Run, store: RunStore): Pick<RunView, 'retriedBy' | 'compensatedBy'> {
  if (!hasEnded(state)) return { retriedBy: null, compensatedBy: null }
  const { retry, compensate } = readFollowers(store)
  return { retriedBy: retry?.runId ?? null, compensatedBy: compensate?.runId ?? null }
}

/** Replaces a stored value that cannot be read by an error, so that the rest can be shown. */
export function readable(read: () => Json): { value: Json; error?: NodeError } {
  try {
    return { value: read() }
  } catch {
    const message = 'The stored output cannot be read'
    return { value: null, error: { code: 'data.unreadable', message, retryable: false } }
  }
}

/** The maximum of nodes in one answer. The pages have the rest. */
const MAX_NODES = 1_000

function firstNodes({ plan, state }: Run): Pick<RunView, 'nodes' | 'nodesTruncated'> {
  const nodes = nodesView(plan, state, MAX_NODES).map(toNodeView)
  const isCut = nodes.length === MAX_NODES && countNodes(plan, state) > MAX_NODES
  return isCut ? { nodes, nodesTruncated: true } : { nodes }
}

/** The size of the output if it is too large for an answer about a run. */
function largeOutput(run: Run): Pick<RunView, 'outputBytes'> {
  if (run.state.run.status !== 'succeeded') return {}
  const own = run.values.chars(OUTPUT_PATH)
  const chars = own > 0 || run.plan.scopes[0]?.output !== undefined ? own : lastChars(run)
  return chars > MAX_SHOWN_CHARS ? { outputBytes: chars } : {}
}

export function viewNodes(run: Run, query: NodesQuery): RunNodesPage {
  const { nodes, ...rest } = nodesPage(run.plan, run.state, query)
  return { nodes: nodes.map(toNodeView), ...rest }
}

/**
 * The definition's `output`; without one, the outputs of the last nodes, which are not stored again. If it is too
 * large for the run, it is the reference of a file.
 */
export function outputOfRun(run: Run): Json {
  if (run.state.run.status !== 'succeeded') return null
  const own = run.values.read(OUTPUT_PATH)
  if (own !== undefined || run.plan.scopes[0]?.output !== undefined) return (own ?? null) as Json
  return (collectBody(run, 0, '', 0) ?? null) as Json
}

export const toNodeView = (view: ReturnType<typeof nodeView>): RunNodeView => ({
  id: view.id,
  path: view.path,
  type: view.type,
  status: view.status,
  attempt: view.attempt,
  startedAt: view.startedAt,
  finishedAt: view.finishedAt,
  durationMs: view.durationMs,
  error: hideSecrets((view.error ?? null) as unknown as Json),
  ...(view.usage === undefined ? {} : { cost: runCost(view.usage) }),
})

export function waitsOf(run: Run, store: RunStore): WaitView[] {
  const waits: WaitView[] = []
  const ofRun = (kind: 'start' | 'slot', name: string | null, since: string, until: string | null) =>
    waits.push({ path: '', kind, name, since, until, detail: null })
  const isQueued = run.state.run.phase === 'queued'
  const createdAt = store.readMeta('createdAt') ?? toIso(0)
  const { startAt } = run.spec
  if (isQueued && startAt !== undefined) ofRun('start', null, createdAt, toIso(startAt))
  if (isInLine(run, store)) ofRun('slot', null, createdAt, null)
  const gate = (isQueued && !isInLine(run, store)) || wantsSlot(run.state) ? readGate(store) : null
  if (gate !== null) ofRun('slot', gate.key, isQueued ? createdAt : toIso(readySince(run)), null)
  for (const { path, kind, name, since, until } of runView(run.plan, run.state).waitingFor) {
    const detail = kind === 'retry' ? triesOf(run, path) : (store.readWait(path)?.detail ?? null)
    waits.push({ path, kind, name, since: since ?? toIso(0), until, detail })
  }
  return waits
}

/** Since when there is work that needs a slot. */
function readySince({ state }: Run): number {
  const since: number[] = []
  for (const path of state.open) {
    const activation = state.activations.get(path)
    if (activation && (activation.ticket > 0 || activation.status === 'retrying'))
      since.push(activation.since)
  }
  return since.length === 0 ? 0 : Math.min(...since)
}

/** Why a node is tried again: the error, and how often it failed. */
function triesOf(run: Run, path: string): Json {
  const activation = run.state.activations.get(path)
  if (activation === undefined) return null
  const { attempt, failures, crashes, error } = activation
  return { attempt, failures, crashes, error: error as unknown as Json }
}

export const projectionOf = (run: Run, store: RunStore): Record<string, Json> => {
  const { spec, state } = run
  const view = runView(run.plan, state)
  const usage = state.run.usage ?? NO_USAGE
  const createdAt = Date.parse(store.readMeta('createdAt') ?? toIso(0))
  return {
    id: spec.runId,
    teamId: spec.teamId,
    kind: spec.kind ?? 'workflow',
    subjectId: spec.subjectId ?? null,
    startKey: spec.startKey ?? null,
    workflowId: spec.workflowId,
    workflowVersion: spec.workflowVersion,
    workflowName: spec.workflowName,
    status: view.status,
    triggerType: spec.trigger.type,
    triggerKey: spec.trigger.key ?? null,
    startedBy: spec.startedBy,
    parentRunId: spec.parent?.runId ?? null,
    mocked: spec.mocks === undefined ? 0 : 1,
    title: hideStored(titleOfRun(run, store), run),
    cancelledBy: cancellerOf(run, store),
    tags: spec.tags === undefined ? null : JSON.stringify(hideStored(spec.tags, run)),
    metadata: spec.metadata === undefined ? null : JSON.stringify(hideStored(spec.metadata, run)),
    labels: labelsOf(spec),
    seq: state.run.seq,
    slot: view.status === 'running' ? slotOf(spec) : null,
    lineSince: isInLine(run, store) ? createdAt : null,
    progress: view.progress,
    waitingFor: JSON.stringify(
      // Waits for a retry are not reported, because no report follows when the node continues.
      waitsOf(run, store)
        .filter(({ kind }) => kind !== 'retry')
        .slice(0, 20)
        .map(({ path, kind, name, since, until }) => ({
          ...{ path, kind, name, since, until },
          // The gate that lists ask for the position in the queue.
          ...(kind === 'slot' && name !== null ? { gate: readGate(store)?.name ?? null } : {}),
        })),
    ),
    error: view.error === null ? null : JSON.stringify(hideStored(view.error, run)),
    costMicroUsd: usage.costMicros,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cachedTokens: usage.cachedTokens,
    reasoningTokens: usage.reasoningTokens,
    unpricedCalls: usage.unpricedCalls,
    createdAt,
    startedAt: state.run.startedAt,
    finishedAt: state.run.finishedAt,
    durationMs: view.durationMs,
  }
}
