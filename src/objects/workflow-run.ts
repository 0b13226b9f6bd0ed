// How the rest of the Worker speaks to a run's object. Everything is plain data, and RPC stays compatible both ways:
// after a deploy new code may speak to an old object for a while, so fields are added, never changed.
import type { Json } from '../core/json.ts'
import { hostOf, type RunPlace } from '../core/run-id.ts'
import type { GateMessage } from '../engine/gate.ts'
import type { AdoptedOutcome } from '../engine/model/event.ts'
import type { Bodies } from '../engine/model/plan.ts'
import type { Problem } from '../engine/model/problem.ts'
import type { RunStatus } from '../engine/model/state.ts'
import type { NodesQuery } from '../engine/read/nodes-page.ts'
import type { RunEvent } from './run-events.ts'
import type { RunKind, RunNodeView, RunTrigger, RunView, WaitView } from './run-view.ts'

export {
  RUN_KINDS,
  type RunKind,
  type RunNodeView,
  type RunTrigger,
  type RunView,
  type WaitView,
} from './run-view.ts'

export type RunParent = {
  runId: string
  /** Of a sub-workflow: the activation that waits for it. */
  path?: string
  /** Whether the parent wants the result pushed. */
  wait?: boolean
}

export type RunFamily = { root: string; most: number }

/**
 * Who acts on a run, as the audit log names them. Absent where the system acts, and from callers of before it was added:
 * then nothing is written.
 */
export type RunActor = {
  kind: 'user' | 'api_key'
  userId: string
  keyId: string | null
  address: string | null
  userAgent: string | null
  requestId: string
}

export const runActor = ({
  actor: { kind, userId, keyId },
  address,
  userAgent,
  requestId,
}: Pick<RunActor, 'address' | 'userAgent' | 'requestId'> & {
  actor: Pick<RunActor, 'kind' | 'userId' | 'keyId'>
}): RunActor => ({ kind, userId, keyId, address, userAgent, requestId })

/** What a run is made of. It is stored whole by `start`, and the run never looks at the workflow again (G6). */
export type RunSpec = {
  runId: string
  teamId: string
  /** Absent in a run of a workflow. */
  kind?: RunKind
  /** The agent, task or other thing that the run works for, by its id. */
  subjectId?: string
  workflowId: string | null
  workflowVersion: number
  workflowName: string
  /** The definition as JSON text; its hash names it in the plan cache. */
  definition: string
  definitionHash: string
  /** The bodies that node types supplied when it began, by the names of their nodes. Written by its host. */
  bodies?: Bodies
  input: Json
  vars: Record<string, Json>
  trigger: RunTrigger
  startedBy: string | null
  /** Everybody who has started this run or one that it follows. Absent where that is `startedBy` alone. */
  starters?: string[]
  /** The person or key that started it by themself; what a trigger starts is recorded by the trigger. */
  by?: RunActor
  entry?: string
  mocks?: Record<string, { output?: Json; port?: string; error?: Json }>
  parent?: RunParent
  /** Root of idempotency keys: the run's own id, or that of the run it retries. */
  keyRoot?: string
  depth?: number
  /** The runs that one start has led to: the first of them, and how many there may be. It counts them. */
  family?: RunFamily
  /**
   * Its slot of the team. Absent: it takes one when it begins, full or not. `taken`: its start took one. `line`: it begins
   * when one is free. `of`: it works in that of the run that waits for it.
   */
  slot?: 'taken' | 'line' | { of: string }
  /** The run that this one retries, reruns or compensates. Absent where that is `parent`, and in runs that follow none. */
  follows?: string
  /** What it and its sub-workflows go on with: the version that they ran, or the present one. */
  goesOnWith?: 'original' | 'current'
  /** What is kept of the run that this one follows. */
  carriedOver?: CarriedOver
  mode?: 'start' | 'retry' | 'rerun' | 'compensate'
  /** Called with the run when it has ended. */
  callbackUrl?: string
  /** Started with the error when this run fails. */
  errorWorkflowId?: string
  /** Start not before this time. */
  startAt?: number
  requestId: string
  /** Of a start that may be sent again: finds the run when the place of new ones has changed. */
  startKey?: string
  /** Hash of the start request, for starts with an idempotency key: another body under the same key is refused. */
  requestHash?: string
  /** What the start says about the run, for people and lists. */
  tags?: string[]
  metadata?: Record<string, string | number | boolean>
}

/** None of them decides an approval of the run, unless it allows that. */
export const startersOf = ({ startedBy, starters }: Pick<RunSpec, 'startedBy' | 'starters'>): string[] =>
  starters ?? (startedBy === null ? [] : [startedBy])

export type RunNodesPage = { nodes: RunNodeView[]; hasMore: boolean; total: number }

/** A larger output is named in what the API says about a run or a node, and read by itself. */
export const MAX_SHOWN_CHARS = 1_048_576

/** What `flow.respond` answers a waiting webhook with. */
export type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown }

export type StartAnswer =
  | { ok: true; created: boolean; run: RunView; answer: HttpAnswer | null }
  /** The idempotency key was used with another body. */
  | { ok: false; reason: 'mismatch' }
  /** The gate of the workflow takes no more runs. */
  | { ok: false; reason: 'rejected' }
  /** The key of its concurrency limit cannot be made. */
  | { ok: false; reason: 'bad_key'; detail: string }
  /** The host is full, or belongs to another team: the run has to get another place. */
  | { ok: false; reason: 'elsewhere' }
  /** The plan of the team allows no more, at the same time or in this month. */
  | { ok: false; reason: 'no_slot' | 'no_runs' }
  /** The run was deleted; its key is spent. */
  | { ok: false; reason: 'removed' }

export type StartOptions = {
  /** Waits so long for the run to end, or for `flow.respond`, before it answers. */
  waitMs?: number
  waitFor?: 'end' | 'respond'
  /** What the plan of the team must have room for. Absent for what is not held to it. */
  room?: StartRoom
}

/** A run of the month, and a slot: without one the run is refused (`slot`), is put in line (`line`), or needs none (`month`). */
export type StartRoom = 'slot' | 'line' | 'month'

export type ControlVerb = 'cancel' | 'pause' | 'resume'
export type ControlAnswer =
  | { ok: true; run: RunView }
  | { ok: false; reason: 'not_found' | 'conflict'; detail: string }

export type EventPage = {
  /** The same JSON that goes to sockets. */
  events: RunEvent[]
  /** Where to go on; equal to `headSeq` when there is no more. */
  lastSeq: number
  headSeq: number
  ended: boolean
}

export type NodeDetail = RunNodeView & {
  input: Json
  output: Json
  outputBytes: number
  wait: WaitView | null
  /** Its tries, oldest first, from the events. */
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
  /** By who started the run: the decision says so. */
  isStarter: boolean
}

/** An event of the team, on its way to the runs that wait for it. `at` is when it was taken in. */
export type TeamEvent = { teamId: string; id: string; name: string; data: Json; at: number }

export type Signal = { name: string; data: Json; id?: string; by: string }

export type Resolve = {
  path: string
  outcome: 'succeeded' | 'failed' | 'retry'
  output?: Json
  by: string
}

/** What somebody sends to a run, for those who follow it. */
export type Note = { teamId: string; by: string; message: string; status?: string; data?: Json }

export interface RunRpc {
  start(spec: RunSpec, options?: StartOptions): Promise<StartAnswer>
  /** `raw` is for a parent, which goes on with what the run gives: all others are shown it without secrets. */
  view(
    include: { nodes?: boolean; output?: boolean; definition?: boolean; raw?: boolean },
    waitMs?: number,
  ): Promise<RunView | null>
  /** `who` has what was done written into the audit log; so with the next three. */
  control(verb: ControlVerb, by: string, who?: RunActor): Promise<ControlAnswer>
  signal(signal: Signal, who?: RunActor): Promise<ControlAnswer>
  /** Ends the waits that take this event; a second time changes nothing. False when there is no run of that team here. */
  takeEvent(event: TeamEvent): Promise<boolean>
  decide(decide: Decide, who?: RunActor): Promise<ControlAnswer>
  resolve(resolve: Resolve, who?: RunActor): Promise<ControlAnswer>
  node(path: string): Promise<NodeDetail | null>
  nodes(query: NodesQuery): Promise<RunNodesPage | null>
  events(afterSeq: number, limit: number): Promise<EventPage | null>
  /** What a retry, rerun or compensation takes over. `definition` is that of the new run, when it is another. */
  carriedOver(follow: {
    mode: 'retry' | 'rerun' | 'compensate'
    from?: string
    definition?: string
    workflowVersion?: number
    workflowName?: string
    /** Of the new run, when it is another. */
    input?: Json
    vars?: Record<string, Json>
    /** Whether sub-workflows of the run have asked people. */
    subRunsAsked?: boolean
  }): Promise<CarriedOverAnswer>
  /** Remembers a run that is about to follow this one. */
  claim(claim: Claim): Promise<ClaimAnswer>
  /** It was not started, or was deleted. */
  release(mode: Claim['mode'], runId: string): Promise<void>
  standing(): Promise<Standing | null>
  /** What compensations have undone of this run's own doing; null when there is no run. */
  undoneHere(): Promise<Undone | null>
  /** Asked of a compensation: the paths that it has undone or tried to, and the run that retries it. */
  undone(): Promise<{ hasEnded: boolean; paths: string[]; retry: string | null } | null>
  /** From a compensation that is about to be deleted. */
  noteUndone(runId: string, paths: string[]): Promise<void>
  /** The stored outputs of these activations, as JSON; as many as fit one answer, from the first on. `shown`: without what is secret. */
  outputs(paths: string[], how?: { shown?: boolean }): Promise<[path: string, json: string | null][]>
  /** Told by a child that has ended. */
  childEnded(child: {
    runId: string
    path: string
    status: RunStatus
    output: Json
    error: Json
  }): Promise<void>
  /** Told by the gate: a slot is free for this run. Answers whether it still wants one. */
  gateOpened(): Promise<GateMessage>
  /** Asked by the gate, of runs from which it has not heard. */
  gateNeed(): Promise<GateMessage>
  /** The team has a slot for this run, which is in line: it asks the index, and begins. */
  slotGiven(): Promise<void>
  /** Asked of the first run of a family, before another begins. `full`: there are as many as may be. */
  countDescendant(runId: string): Promise<'counted' | 'full' | 'gone'>
  /** Its start was refused. */
  uncountDescendant(runId: string): Promise<void>
  /** From the sweep: look at what is due. */
  poke(): Promise<void>
  /** Reports itself and its approvals to the index now; false when there is no run here. */
  report(): Promise<boolean>
  /** Puts a note into the log of a run that has not ended. Null when there is no run of that team here. */
  note(
    note: Note,
    who?: RunActor,
  ): Promise<{ isNoted: boolean; workflowId: string | null; workflowName: string } | null>
  /** Sends the events from now on to a hub. The number of the newest one; null when there is no run of that team here. */
  relayTo(hub: string, teamId: string): Promise<number | null>
  /** Closes the sockets and streams of these followers: their rights have ended. */
  unfollow(ids: string[]): Promise<void>
  /** Removes everything; the caller has the tombstone. */
  remove(how?: { forGood?: boolean }): Promise<void>
}

export type CarriedOver = {
  outcomes: AdoptedOutcome[]
  generations: Record<string, number>
}

/** A run that is to follow this one. */
export type Claim = {
  mode: 'retry' | 'rerun' | 'compensate'
  /** The idempotency key of the request. */
  key?: string
  /** The id that it will have; default a new one. */
  runId?: string
  /** Where it is to be kept; default with the run that it follows. */
  place?: RunPlace
  /** Not when the run was rerun or retried already. */
  onlyLatest?: boolean
}

export type ClaimAnswer =
  /** `isSame`: by this very request, as its key says. */
  | { ok: true; runId: string; isNew: boolean; isSame: boolean; ageMs: number }
  | { ok: false; reason: 'retried' | 'rerun'; runId: string }
  | { ok: false; reason: 'not_there' }

/** How a run stands, for another run that wants to go on with it. */
export type Standing = {
  teamId: string
  status: RunStatus
  retry: string | null
  compensation: string | null
}

export type Undone = {
  paths: string[]
  /** A compensation that has not ended. */
  underWay: string | null
  /** The run whose outcomes this one has kept. */
  before: string | null
}

export type CarriedOverAnswer =
  /**
   * `mode` where it is not that of the request: a compensation is retried by a compensation. `detached`: runs of
   * sub-workflows that nobody waited for, which a compensation leaves alone.
   */
  | { ok: true; spec: RunSpec; carriedOver: CarriedOver; mode?: 'compensate'; detached?: string[] }
  | {
      ok: false
      reason: 'not_found' | 'conflict' | 'changed'
      detail: string
      problems?: Problem[]
      /** The field of the request that is at fault; a conflict without one is with the run. */
      field?: string
    }

/** How an object begins to say that its run is there and cannot be read: of an error only the message comes through. */
export const RUN_UNREADABLE = 'run.unreadable'

export const isUnreadable = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith(RUN_UNREADABLE)

/** What may be asked of a run through its host. */
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
  'noteUndone',
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

/** Runs that are stored, those of them in memory, and the bytes of what is stored. */
export type HostSize = { runs: number; inMemory: number; bytes: number }

export interface RunHostRpc {
  call(runId: string, name: RunCall, args: unknown[]): Promise<unknown>
  /** The runs that it keeps, by the number that each has here. */
  runs(after: number, limit: number): Promise<{ n: number; id: string }[]>
  size(): Promise<HostSize>
  /** Another host of the team has no room left: what this one has to spare of the plan's limits is given back. */
  giveBack(teamId: string): Promise<void>
}

export type RunHostNamespace = DurableObjectNamespace<RunHostRpc & Rpc.DurableObjectBranded>

/** The object that keeps the run. */
export const runHost = (namespace: RunHostNamespace, runId: string): DurableObjectStub & RunHostRpc =>
  namespace.get(namespace.idFromName(hostOf(runId))) as unknown as DurableObjectStub & RunHostRpc

export type RunStub = RunRpc & { fetch: (input: Request | string, init?: RequestInit) => Promise<Response> }

/** Runs are addressed by their id; the id of another team's run is never known to be one before D1 or its host says so. */
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
