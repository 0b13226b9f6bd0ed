// What a run's events and its definition look like to the model: what of the contract is read here, nothing more. So an
// event of a kind that is not known yet is a value like any other.

export type StepError = {
  code: string
  message: string
  /** The node that failed first, when the error comes from inside. */
  path?: string | undefined
  retryable?: boolean | undefined
  details?: unknown
}

export type RunEvent = {
  seq: number
  at: string
  type: string
  progress?: number | undefined
  path?: string | undefined
  attempt?: number | undefined
  port?: string | undefined
  count?: number | undefined
  from?: number | undefined
  reason?: string | undefined
  nextAt?: string | undefined
  wait?: { kind: string; name?: string | undefined; until?: string | undefined } | undefined
  error?: StepError | undefined
  failed?: { item: number; error: StepError }[] | undefined
  output?: unknown
  outputBytes?: number | undefined
  data?: unknown
  adopted?: true | undefined
  by?: string | undefined
  name?: string | undefined
  level?: string | undefined
  message?: string | undefined
}

export type NodeDef = {
  id: string
  type: string
  name?: string
  params?: Record<string, unknown>
  retry?: { attempts: number }
  each?: { items: unknown }
  undo?: string
  position?: unknown
}
export type EdgeDef = { from: string; to: string; port?: string; back?: boolean }
export type Definition = {
  nodes: NodeDef[]
  edges?: EdgeDef[]
  /** JSON Schema of the input. */
  inputs?: unknown
}
