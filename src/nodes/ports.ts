// Everything that a node can access. `durable-objects/run-host/ports/index.ts` builds it for each run, with the team and the user's
// rights built in. A node cannot extend those rights or choose another team.
import type { Json } from '../core/json.ts'
import type { EndedStatus } from '../engine/model/state.ts'
import type { ModelDelta } from '../objects/run-events.ts'
import type {
  EmbedAnswer,
  Estimate,
  ModelAnswer,
  ModelChoice,
  ModelRequest,
  OnDelta,
} from '../providers/models/types.ts'
import type { AgentSpec } from './ai/agent-spec.ts'

export type HttpPort = {
  /**
   * Sends a request through the guard, which checks the address and each redirect, and limits size and time. Throws NodeFailure, which
   * says whether the request may have had an effect.
   */
  fetch: (request: OutboundRequest) => Promise<OutboundResponse>
  /** The same for a streamed response. `take` must limit its size. */
  stream: <T>(request: OutboundRequest, take: (answer: StreamedResponse) => Promise<T>) => Promise<T>
}

export type OutboundRequest = {
  url: string
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array | FormData | URLSearchParams
  maxBytes: number
  /** `any` also sends bodies to other origins. */
  followRedirects: boolean | 'any'
  signal: AbortSignal
  /** Includes the whole answer. Default and maximum: the time limit of the node. */
  timeoutMs?: number
  /** An integration of the team, by id or name. It authenticates the request at all its allowed hosts. */
  credential?: string
}

export type OutboundResponse = {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  /** The final URL. */
  url: string
}

export type StreamedResponse = {
  status: number
  headers: Record<string, string>
  url: string
  chunks: AsyncIterable<Uint8Array>
}

/** The child run, and its result if it has already ended. */
export type ChildRun = {
  runId: string
  ended: { status: EndedStatus; output: unknown; error: unknown } | null
}

export type RunsPort = {
  /**
   * Starts the child run, or finds the one that this attempt started before a crash. If an earlier attempt, or one of the run that this
   * one retries, has started a child with the same parameters, it continues with that one. Idempotency keys of the child's effects are
   * derived from `idempotencyKey`, which is the same on every attempt. If the attempt has ended in the meantime, a child that it waits
   * for is cancelled, but not if its run was only evicted from memory. Throws NodeFailure if the child cannot start.
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
  /** Undoes what the run did that the node was waiting for. Null if there was nothing to undo. */
  undoChild: (undo: { path: string; failures: number; signal: AbortSignal }) => Promise<ChildRun | null>
}

export type StorePort = {
  get: (key: string) => Promise<{ found: boolean; value: unknown }>
  /** The operation id makes a repeated call count once: it returns the result of the first. */
  set: (key: string, value: unknown, options: { ttlMs?: number; operationId: string }) => Promise<void>
  /** Throws NodeFailure if the current value is not a number. */
  increment: (key: string, by: number, options: { operationId: string }) => Promise<number>
}

export type NotifyPort = {
  /** Sends each recipient a separate mail, once per key. Attachments are files of the team, by id or name. */
  email: (
    mail: { to: string[]; subject: string; text: string; html?: string; attachments?: string[] },
    key: string,
  ) => Promise<void>
  /** Notifies members of the team once per key, or with null the person who started the run. Returns the notified users. */
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
  /** Sends a body to a webhook of the team or to a URL, once per key. Returns the id of the delivery. */
  webhook: (
    target: ({ webhookId: string } | { url: string }) & { body: unknown },
    key: string,
  ) => Promise<string>
}

/** A file as expressions see it. */
export type FileRef = { $file: string; name: string; type: string; sizeBytes: number; sha256: string }

/** Files of the run's team, by id or name. Throws NodeFailure if a file does not exist or is not accepted. */
export type FilesPort = {
  find: (file: string) => Promise<FileRef>
  /** The whole content, up to a limit. */
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
  /** Null if the file does not exist. */
  remove: (file: string) => Promise<FileRef | null>
}

/** The credentials of a call. Everything is secret except `type`, `name` and `baseUrl`. */
export type SignIn = {
  type: string
  name: string
  /** The base URL of the API; null if the integration has no single one. */
  baseUrl: string | null
  headers: Record<string, string>
  query: Record<string, string>
  /** The key or token itself, for clients that build the headers themselves. */
  key: string | null
}

/** The only access to secrets of integrations. Secrets that were read are hidden in all outputs of the node. */
export type CredentialsPort = {
  /**
   * The credentials of the team's integration with this id or name, for calls to this URL. Default: `baseUrl`. Throws NodeFailure if the
   * integration does not exist, must not be used for that URL, or signs each request by itself.
   */
  signIn: (credential: string, url?: string) => Promise<SignIn>
}

/** One call of one model. The engine records lists of models, repairs and tools. Never throws because of the provider. */
export type ModelsPort = {
  call: (request: ModelRequest, onDelta: OnDelta, signal: AbortSignal) => Promise<ModelAnswer>
  /** An embedding for each text, in order. */
  embed: (rung: ModelChoice, texts: string[], key: string, signal: AbortSignal) => Promise<EmbedAnswer>
  /** The default model. */
  usual: (kind: 'chat' | 'embedding') => Promise<ModelChoice>
  /** The estimated input tokens of a call. */
  estimate: (request: Omit<ModelRequest, 'key'>) => Promise<Estimate>
}

/** The estimated usage of a call: `low` at least, and `high` for a long one. The cost is null if unknown. */
export type CallAmounts = {
  cost: { low: number; high: number } | null
  tokens: { low: number; high: number }
}

export type BudgetRefusal = { metric: 'cost' | 'tokens'; limit: number; spent: number; message: string }

export type BudgetPort = {
  /**
   * Reserves the possible cost of a call in the team's budget before the call. A call repeated after a crash has the same key and is
   * counted once. Call `settle` with the actual usage; it never throws. Without a budget that stops work, nothing is reserved and
   * `amounts` is not called.
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
   * An agent of the team by id, or a built-in type by name, in the version that was current when the run began. Throws NodeFailure if it
   * does not exist.
   */
  find: (agentId: string) => Promise<AgentSpec>
}

export type ThreadsPort = {
  /** What an agent sees of a thread before it answers. Throws NodeFailure if it cannot answer there now. */
  recall: (question: {
    threadId: string
    /** The path of the node that answers; empty where the run is a call of an agent. */
    node: string
    /** Of a node of a workflow: the agent of the team that it asks. */
    agentId: string | null
    asked: Json[]
    /** Whether the node is tried again while the thread is busy. */
    mayWait: boolean
    /** How many messages are included, and whether older ones are summarised. */
    memory: { window: number; summary: boolean }
    /** The maximum number of tokens. */
    tokens: number
  }) => Promise<{
    messages: Json[]
    /** The summary of older messages. */
    summary: string
    /** The messages to add to the summary. After that, fewer are included. */
    toSum: { text: string; windowFrom: number } | null
  }>
}

export type DeployStep = 'prepare' | 'compare' | 'upload' | 'publish' | 'check'

export type DeployPort = {
  /** Starts a deployment, or finds that of this attempt. Its run is a child. */
  start: (deployment: {
    input: unknown
    path: string
    failures: number
    idempotencyKey: string
    signal: AbortSignal
  }) => Promise<ChildRun>
  /** Does the next part of the deployment that the run is for. `until`: the earliest time to continue. */
  step: (step: DeployStep, signal: AbortSignal) => Promise<{ again: boolean; until?: number; output: Json }>
}

export type TasksStep = 'choose' | 'change' | 'export'

export type TasksPort = {
  /** Does the next part of the run's work on tasks of its team. */
  step: (step: TasksStep, given: Json) => Promise<Json>
}

export type ImportsPort = {
  /** Imports the next rows of the file that the run is for. Calls `progress` after each page. */
  step: (signal: AbortSignal, progress: (data: unknown) => void) => Promise<{ again: boolean; output: Json }>
}

export type NodePorts = {
  agents: AgentsPort
  budget: BudgetPort
  deploy: DeployPort
  tasks: TasksPort
  imports: ImportsPort
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
  /** A piece of a model's output: sent to clients that follow the run, but not stored. */
  delta: (delta: ModelDelta) => void
}
