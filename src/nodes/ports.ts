// All that a node may reach. Built for each run by `durable-objects/workflow-run/ports.ts`, with the team and the
// user's rights already in it; a node can neither widen them nor name another team.

export type HttpPort = {
  /** Through the guard: address judged, redirects judged again, size and time capped. Throws NodeFailure. */
  fetch: (request: OutboundRequest) => Promise<OutboundResponse>
}

export type OutboundRequest = {
  url: string
  method: string
  headers: Record<string, string>
  body?: string | Uint8Array | FormData | URLSearchParams
  maxBytes: number
  followRedirects: boolean
  signal: AbortSignal
}

export type OutboundResponse = {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
  /** The address that answered in the end. */
  url: string
}

export type RunsPort = {
  /** Starts the child run, or finds the one that an earlier attempt has started: its id follows from parent and path. */
  startChild: (child: {
    workflowId: string
    version?: number
    input: unknown
    path: string
    wait: boolean
  }) => Promise<{ runId: string }>
}

export type StorePort = {
  get: (key: string) => Promise<{ found: boolean; value: unknown }>
  /** The operation id makes a repeated call count once. */
  set: (key: string, value: unknown, options: { ttlMs?: number; operationId: string }) => Promise<void>
  increment: (key: string, by: number, options: { operationId: string }) => Promise<number>
}

export type NotifyPort = {
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
