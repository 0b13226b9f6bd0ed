// All that a node may reach. Built for each run by `durable-objects/run-host/ports/index.ts`, with the team and the
// user's rights already in it; a node can neither widen them nor name another team.

import type { Json } from '../core/json.ts'
import type { EndedStatus } from '../engine/model/state.ts'
import type { ModelDelta } from '../objects/run-events.ts'
import type {
  EmbedAnswer,
  Estimate,
  ModelAnswer,
  ModelRequest,
  ModelRung,
  OnDelta,
} from '../providers/models/types.ts'
import type { AgentSpec } from './ai/agent-spec.ts'

export type HttpPort = {
  /**
   * Through the guard: address judged, redirects judged again, size and time capped. Throws NodeFailure, which says
   * whether the request may have had its effect.
   */
  fetch: (request: OutboundRequest) => Promise<OutboundResponse>
  /** The same for an answer that is read as it comes. Its size is not capped: that is for `take` to do. */
  stream: <T>(request: OutboundRequest, take: (answer: StreamedResponse) => Promise<T>) => Promise<T>
}

export type OutboundRequest = {
  url: string
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array | FormData | URLSearchParams
  maxBytes: number
  /** `any` also sends bodies on to other origins. */
  followRedirects: boolean | 'any'
  signal: AbortSignal
  /** An integration of the team, by id or name: the request is signed with it wherever its allowed hosts let it. */
  credential?: string
}

export type OutboundResponse = {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  /** The address that answered in the end. */
  url: string
}

export type StreamedResponse = {
  status: number
  headers: Record<string, string>
  url: string
  chunks: AsyncIterable<Uint8Array>
}

/** The child run, and how it has ended if it has done so already. */
export type ChildRun = {
  runId: string
  ended: { status: EndedStatus; output: unknown; error: unknown } | null
}

export type RunsPort = {
  /**
   * Starts the child run, or finds the one that this attempt has started before a crash. Where an attempt before it, or one
   * of the run that this one retries, has started a child with the same parameters, it goes on with that one. Effects of the
   * child carry keys that follow from `idempotencyKey`, the same on every attempt.
   * A child that is waited for is cancelled when the attempt was ended meanwhile, but not when its run only left memory. Throws NodeFailure when it cannot.
   */
  startChild: (child: {
    workflow: { id: string } | { key: string }
    version?: number
    input: unknown
    path: string
    failures: number
    idempotencyKey: string
    wait: boolean
    signal: AbortSignal
  }) => Promise<ChildRun>
  /** Undoes what the run did that the node was waiting for; null when there was nothing to undo. */
  undoChild: (undo: { path: string; failures: number; signal: AbortSignal }) => Promise<ChildRun | null>
}

export type StorePort = {
  get: (key: string) => Promise<{ found: boolean; value: unknown }>
  /** The operation id makes a repeated call count once: it answers what the first one did. */
  set: (key: string, value: unknown, options: { ttlMs?: number; operationId: string }) => Promise<void>
  /** Throws NodeFailure when the value there is not a number. */
  increment: (key: string, by: number, options: { operationId: string }) => Promise<number>
}

export type NotifyPort = {
  /** Sends each recipient a mail of their own, once per key. Attachments are files of the team, by id or name. */
  email: (
    mail: { to: string[]; subject: string; text: string; html?: string; attachments?: string[] },
    key: string,
  ) => Promise<void>
  /** Notifies members of the team, once per key; with null who started the run. Answers who is told. */
  user: (
    notice: {
      userIds: string[] | null
      title: string | null
      message: string
      level: 'info' | 'success' | 'warning' | 'error'
      link: string | null
    },
    key: string,
  ) => Promise<string[]>
  /** Posts a body to a webhook of the team or to an address, once per key. Answers the id of the delivery. */
  webhook: (
    target: ({ webhookId: string } | { url: string }) & { body: unknown },
    key: string,
  ) => Promise<string>
}

/** A file as expressions see it. */
export type FileRef = { $file: string; name: string; type: string; sizeBytes: number; sha256: string }

/** Files of the run's team, by id or name. Throws NodeFailure when one is not there or not taken. */
export type FilesPort = {
  find: (file: string) => Promise<FileRef>
  /** The whole content, of which there may be at most so much. */
  read: (file: string, maxBytes: number) => Promise<{ ref: FileRef; bytes: Uint8Array; isText: boolean }>
  /** Writes once per key. A known size saves memory. */
  write: (
    file: {
      name: string
      chunks: AsyncIterable<Uint8Array>
      sizeBytes: number | null
      maxBytes?: number
      onConflict?: 'version' | 'refuse' | 'rename'
      tags?: string[]
    },
    key: string,
  ) => Promise<FileRef>
  list: (query: { prefix: string | undefined; limit: number }) => Promise<FileRef[]>
  /** Null when there is no such file. */
  remove: (file: string) => Promise<FileRef | null>
}

/** What a call is signed with. All of it is secret but `type`, `name` and `baseUrl`. */
export type SignIn = {
  type: string
  name: string
  /** Where the API is; null where the integration names no one place. */
  baseUrl: string | null
  headers: Record<string, string>
  query: Record<string, string>
  /** The key or token by itself, for clients that write the headers themselves. */
  key: string | null
}

/** The one way to secrets of integrations. What is read is hidden in all that the node gives. */
export type CredentialsPort = {
  /**
   * Of the team's integration with this id or name, for calls to this URL. Without a URL it is `baseUrl`. Throws NodeFailure
   * when there is none, when it may not be sent there, or when it signs each request by itself.
   */
  signIn: (credential: string, url?: string) => Promise<SignIn>
}

/** One call of one model: ladders, repairs and tools are for the engine to record. Never throws for what a provider does. */
export type ModelsPort = {
  call: (request: ModelRequest, onDelta: OnDelta, signal: AbortSignal) => Promise<ModelAnswer>
  /** A vector for each text, in order. */
  embed: (rung: ModelRung, texts: string[], key: string, signal: AbortSignal) => Promise<EmbedAnswer>
  /** What is called where nobody names a model. */
  usual: (kind: 'chat' | 'embedding') => Promise<ModelRung>
  /** What a call would take in. Counts are close, not exact. */
  estimate: (request: Omit<ModelRequest, 'key'>) => Promise<Estimate>
}

/** What a call takes: at least `low`, and `high` if it is long. A cost that nobody knows is null. */
export type CallAmounts = {
  cost: { low: number; high: number } | null
  tokens: { low: number; high: number }
}

export type BudgetRefusal = { metric: 'cost' | 'tokens'; limit: number; spent: number; message: string }

export type BudgetPort = {
  /**
   * Holds what the call may take of the team's budget, before it is made. A call that is made again after a crash has the same key
   * and is counted once. `settle` is told what it took; it never throws. Without a budget that stops work nothing is held, and
   * `amounts` is not asked.
   */
  reserve: (
    call: { key: string; timeoutMs: number; amounts: () => Promise<CallAmounts> },
    signal: AbortSignal,
  ) => Promise<
    | { ok: true; settle: (used: { costMicroUsd: number; tokens: number }) => Promise<void> }
    | { ok: false; refused: BudgetRefusal }
  >
}

export type AgentsPort = {
  /**
   * An agent of the team by id, or a built-in type by name: the version that was the current one when the run began. Throws NodeFailure when the team has none.
   */
  find: (agentId: string) => Promise<AgentSpec>
}

export type ThreadsPort = {
  /** What an agent sees of a thread before it answers in it. Throws NodeFailure when it cannot answer there now. */
  recall: (question: {
    threadId: string
    asked: Json[]
    /** How many messages are seen, and whether older ones are summed up. */
    memory: { window: number; summary: boolean }
    /** How many tokens they may have. */
    tokens: number
  }) => Promise<{
    messages: Json[]
    /** Of what is older. */
    summary: string
    /** What is to be summed up with it, after which less is seen. */
    toSum: { text: string; windowFrom: number } | null
  }>
}

export type DeployStep = 'prepare' | 'compare' | 'upload' | 'publish' | 'check'

export type DeployPort = {
  /** Starts a deployment, or finds that of this attempt; its run is a child. */
  start: (deployment: {
    input: unknown
    path: string
    failures: number
    idempotencyKey: string
    signal: AbortSignal
  }) => Promise<ChildRun>
  /** Does a piece of the deployment that the run is for. `until`: not to go on before this time. */
  step: (step: DeployStep, signal: AbortSignal) => Promise<{ again: boolean; until?: number; output: Json }>
}

export type TasksStep = 'choose' | 'change' | 'export'

export type TasksPort = {
  /** Does a piece of what the run does to tasks of its team. */
  step: (step: TasksStep, given: Json) => Promise<Json>
}

export type NodePorts = {
  agents: AgentsPort
  budget: BudgetPort
  deploy: DeployPort
  tasks: TasksPort
  http: HttpPort
  runs: RunsPort
  store: StorePort
  notify: NotifyPort
  files: FilesPort
  credentials: CredentialsPort
  models: ModelsPort
  threads: ThreadsPort
  log: (level: 'info' | 'warn' | 'error', message: string) => void
  progress: (data: unknown) => void
  /** A piece of what a model says: shown to those who follow the run, and not kept. */
  delta: (delta: ModelDelta) => void
}
