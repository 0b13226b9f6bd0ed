// The interface to a run's object. Everything is plain data, and RPC stays compatible in both directions: after a deployment, new code
// may call an old object for a while, so fields may be added but never changed.
import type { Json } from '../core/json.ts'
import { hostOf } from '../core/run-id.ts'
import type { GateMessage } from '../engine/gate.ts'
import type { RunStatus } from '../engine/model/state.ts'
import type { NodesQuery } from '../engine/read/nodes-page.ts'
import type { CarriedOverAnswer, Claim, ClaimAnswer, Standing, Undone } from './following-runs.ts'
import type { RunEvent } from './run-events.ts'
import type { RunActor, RunSpec } from './run-spec.ts'
import type { RunNodeView, RunView, WaitView } from './run-view.ts'

export {
  RUN_KINDS,
  type RunKind,
  type RunNodeView,
  type RunTrigger,
  type RunView,
  type WaitView,
} from './run-view.ts'

export type RunNodesPage = { nodes: RunNodeView[]; hasMore: boolean; total: number }

/** Views of a run or node leave out larger outputs, which have their own URL. */
export const MAX_SHOWN_CHARS = 1_048_576

/** The response of `flow.respond` to a waiting webhook. */
export type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown }

export type StartAnswer =
  | { ok: true; created: boolean; run: RunView; answer: HttpAnswer | null }
  /** The idempotency key was used with a different body. */
  | { ok: false; reason: 'mismatch' }
  /** The queue of the workflow's gate is full. */
  | { ok: false; reason: 'rejected' }
  /** The key of its concurrency limit cannot be computed. */
  | { ok: false; reason: 'bad_key'; detail: string }
  /** The host is full or belongs to another team. The run needs another place. */
  | { ok: false; reason: 'elsewhere' }
  /** The team's plan allows no more runs, at the same time or in this month. */
  | { ok: false; reason: 'no_slot' | 'no_runs' }
  /** The run was deleted. Its key cannot be used again. */
  | { ok: false; reason: 'removed' }

export type StartOptions = {
  /** How long to wait for the run to end, or for `flow.respond`, before responding. */
  waitMs?: number
  waitFor?: 'end' | 'respond'
  /** What the team's plan must have room for. Absent for runs that are not limited. */
  room?: StartRoom
}

/** A run of the month, and a slot. Without a free slot, the run is refused (`slot`) or queued (`line`). `month` needs no slot. */
export type StartRoom = 'slot' | 'line' | 'month'

export type ControlVerb = 'cancel' | 'pause' | 'resume'

export type ControlAnswer =
  | { ok: true; run: RunView }
  | { ok: false; reason: 'not_found' | 'conflict'; detail: string }

export type EventPage = {
  /** The same JSON that sockets get. */
  events: RunEvent[]
  /** Where to continue. Equal to `headSeq` if there is no more. */
  lastSeq: number
  headSeq: number
  ended: boolean
}

export type NodeDetail = RunNodeView & {
  input: Json
  output: Json
  outputBytes: number
  wait: WaitView | null
  /** The attempts, oldest first, from the events. */
  attempts: AttemptView[]
}

export type AttemptView = {
  attempt: number
  startedAt: string | null
  finishedAt: string | null
  error: Json
}

export type Decide = {
  approvalId: string
  by: string
  decision: 'approve' | 'reject'
  comment: string | null
  data: Json
  /** Set if the person who started the run made the decision. */
  isStarter: boolean
}

/** An event of the team for runs that wait for it. `at` is when it was received. */
export type TeamEvent = { teamId: string; id: string; name: string; data: Json; at: number }

export type Signal = { name: string; data: Json; id?: string; by: string }

export type Resolve = {
  path: string
  outcome: 'succeeded' | 'failed' | 'retry'
  output?: Json
  by: string
}

/** A note that was sent to a run, for its followers. */
export type Note = { teamId: string; by: string; message: string; status?: string; data?: Json }

export interface RunRpc {
  start(spec: RunSpec, options?: StartOptions): Promise<StartAnswer>
  /** `raw` is for a parent run, which continues with the output. All others get it without secrets. */
  view(
    include: { nodes?: boolean; output?: boolean; definition?: boolean; raw?: boolean },
    waitMs?: number,
  ): Promise<RunView | null>
  /** With `who`, the action is audited. The same holds for the next three. */
  control(verb: ControlVerb, by: string, who?: RunActor): Promise<ControlAnswer>
  signal(signal: Signal, who?: RunActor): Promise<ControlAnswer>
  /** Ends the waits that match this event. Repeating it changes nothing. False if the team has no run here. */
  takeEvent(event: TeamEvent): Promise<boolean>
  decide(decide: Decide, who?: RunActor): Promise<ControlAnswer>
  resolve(resolve: Resolve, who?: RunActor): Promise<ControlAnswer>
  node(path: string): Promise<NodeDetail | null>
  nodes(query: NodesQuery): Promise<RunNodesPage | null>
  events(afterSeq: number, limit: number): Promise<EventPage | null>
  /** What a retry, rerun or compensation keeps. `definition` is that of the new run, if it differs. */
  carriedOver(follow: {
    mode: 'retry' | 'rerun' | 'compensate'
    from?: string
    definition?: string
    workflowVersion?: number
    workflowName?: string
    /** The new run's value, if it differs. */
    input?: Json
    vars?: Record<string, Json>
    /** Whether sub-workflows of the run have asked people. */
    subRunsAsked?: boolean
  }): Promise<CarriedOverAnswer>
  /** Remembers a run that is about to follow this one. */
  claim(claim: Claim): Promise<ClaimAnswer>
  /** The follow-up run did not start, or was deleted. */
  release(mode: Claim['mode'], runId: string): Promise<void>
  standing(): Promise<Standing | null>
  /** What compensations have undone of this run's own effects; null if the run does not exist. */
  undoneHere(): Promise<Undone | null>
  /** For a compensation: the paths that it has undone or tried to, and the run that retries it. */
  undone(): Promise<{ hasEnded: boolean; paths: string[]; retry: string | null } | null>
  /** Called by a compensation that is about to be deleted. */
  recordUndone(runId: string, paths: string[]): Promise<void>
  /** The stored outputs of these activations as JSON, starting with the first, as many as fit in one response. `shown`: without secrets. */
  outputs(paths: string[], how?: { shown?: boolean }): Promise<[path: string, json: string | null][]>
  /** Called by a child that has ended. */
  childEnded(child: {
    runId: string
    path: string
    status: RunStatus
    output: Json
    error: Json
  }): Promise<void>
  /** Called by the gate: a slot is free for this run. Returns whether the run still wants it. */
  gateOpened(): Promise<GateMessage>
  /** Called by the gate for runs that it has not heard from. */
  gateNeed(): Promise<GateMessage>
  /** The team has a slot for this queued run. The run checks the index and begins. */
  slotGiven(): Promise<void>
  /** Called on the root run of a family before another run begins. `full`: the limit is reached. */
  countDescendant(runId: string): Promise<'counted' | 'full' | 'gone'>
  /** The start of the run was refused. */
  uncountDescendant(runId: string): Promise<void>
  /** Called by the sweep: checks what is due. */
  poke(): Promise<void>
  /** Reports the run and its approvals to the index now. False if the run does not exist. */
  report(): Promise<boolean>
  /** Adds a note to the log of an active run. Null if the team has no such run here. */
  note(
    note: Note,
    who?: RunActor,
  ): Promise<{ isNoted: boolean; workflowId: string | null; workflowName: string } | null>
  /** Sends all further events to a hub. Returns the number of the newest event; null if the team has no such run here. */
  relayTo(hub: string, teamId: string): Promise<number | null>
  /** Closes the sockets and streams of these followers, because their rights have ended. */
  unfollow(ids: string[]): Promise<void>
  /** Removes everything. The caller has written the tombstone. */
  remove(how?: { forGood?: boolean }): Promise<void>
}

/** The prefix of the error for a run that exists but cannot be read. RPC passes only the message of an error. */
export const RUN_UNREADABLE = 'run.unreadable'

export const isUnreadable = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith(RUN_UNREADABLE)

/** The calls that a run accepts through its host. */
export const RUN_CALLS = [
  'start',
  'view',
  'control',
  'signal',
  'takeEvent',
  'decide',
  'resolve',
  'node',
  'nodes',
  'events',
  'carriedOver',
  'claim',
  'release',
  'standing',
  'undoneHere',
  'undone',
  'recordUndone',
  'outputs',
  'childEnded',
  'gateOpened',
  'gateNeed',
  'slotGiven',
  'countDescendant',
  'uncountDescendant',
  'poke',
  'report',
  'note',
  'relayTo',
  'unfollow',
  'remove',
] as const satisfies readonly (keyof RunRpc)[]

export type RunCall = (typeof RUN_CALLS)[number]

export interface RunHostRpc {
  call(runId: string, name: RunCall, args: unknown[]): Promise<unknown>
  /** The runs of this host, by their number here. */
  runs(after: number, limit: number): Promise<{ n: number; id: string }[]>
  /** Removes ended runs. Returns those that are gone. */
  removeRuns(runIds: string[]): Promise<string[]>
  /**
   * Another host of the team has no room, or a run is in line. This one, whose
   * name is `host`, returns what it does not need of the plan's limits.
   */
  giveBack(teamId: string, host: string): Promise<void>
}

export type RunHostNamespace = DurableObjectNamespace<RunHostRpc & Rpc.DurableObjectBranded>

export const namedHost = (namespace: RunHostNamespace, host: string): DurableObjectStub & RunHostRpc =>
  namespace.get(namespace.idFromName(host)) as unknown as DurableObjectStub & RunHostRpc

/** The object that stores the run. */
export const runHost = (namespace: RunHostNamespace, runId: string): DurableObjectStub & RunHostRpc =>
  namedHost(namespace, hostOf(runId))

export type RunStub = RunRpc & { fetch: (input: Request | string, init?: RequestInit) => Promise<Response> }

/** Runs are addressed by id. Only D1 or the host can tell whether a run belongs to another team. */
export function workflowRun(namespace: RunHostNamespace, runId: string): RunStub {
  const host = runHost(namespace, runId)
  const calls = RUN_CALLS.map((name) => [name, (...args: unknown[]) => host.call(runId, name, args)])
  const follow: RunStub['fetch'] = (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    url.searchParams.set('run', runId)
    return host.fetch(new Request(url, request))
  }
  return { ...(Object.fromEntries(calls) as unknown as RunRpc), fetch: follow }
}
