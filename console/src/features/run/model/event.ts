// A run's events and definition as the model reads them: only the parts it uses. So events of unknown kinds are accepted too.

export type StepError = {
  code: string
  message: string
  /** The inner node that failed first, if any. */
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
  /** The JSON Schema of the input. */
  inputs?: unknown
}
