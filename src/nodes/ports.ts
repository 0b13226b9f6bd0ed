// All that a node may reach. Built for each run by `durable-objects/workflow-run/ports.ts`, with the team and the
// user's rights already in it; a node can neither widen them nor name another team.

export type HttpPort = {
  /**
   * Through the guard: address judged, redirects judged again, size and time capped. Throws NodeFailure, which says
   * whether the request may have had its effect.
   */
  fetch: (request: OutboundRequest) => Promise<OutboundResponse>
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
}

export type OutboundResponse = {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  /** The address that answered in the end. */
  url: string
}

/** The child run, and how it has ended if it has done so already. */
export type ChildRun = {
  runId: string
  ended: { status: 'succeeded' | 'failed' | 'cancelled'; output: unknown; error: unknown } | null
}

export type RunsPort = {
  /**
   * Starts the child run, or finds the one that this attempt has started before a crash. Where an attempt before it, or one
   * of the run that this one retries, has started a child with the same parameters, it goes on with that one. Effects of the
   * child carry keys that follow from `idempotencyKey`, the same on every attempt.
   * A child that is waited for is cancelled when the signal was aborted meanwhile. Throws NodeFailure when it cannot.
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
  /** Sends each recipient a mail of their own, once per key. */
  email: (mail: { to: string[]; subject: string; text: string; html?: string }, key: string) => Promise<void>
}

/** Secrets of the node's `credential`; the integrations fill it. */
export type CredentialsPort = {
  read: (name: string) => Promise<Record<string, string>>
}

export type NodePorts = {
  http: HttpPort
  runs: RunsPort
  store: StorePort
  notify: NotifyPort
  credentials: CredentialsPort
  log: (level: 'info' | 'warn' | 'error', message: string) => void
  progress: (data: unknown) => void
}
