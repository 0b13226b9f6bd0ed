// The form of an agent: its values, the request that they become, and the field of each error. Invariant: what the form does not show
// (capabilities, metadata) is not sent, so it does not change.

export type ModelEntry = {
  provider: string
  model: string
  integration?: string
  temperature?: number
  maxTokens?: number
  timeoutMs?: number
}
export type ToolUse = {
  name: string
  policy?: 'allow' | 'ask' | 'deny'
  allowSelf?: boolean
  config?: Record<string, unknown>
}
export type Limits = {
  steps?: number
  tokens?: number
  costUsd?: number
  timeoutMs?: number
  depth?: number
  toolCalls?: number
}
export type AgentType = 'custom' | 'researcher' | 'coder' | 'writer' | 'analyst' | 'debugger'

type Content = {
  name: string
  description: string
  type: AgentType
  tags: readonly string[]
  instructions: string
  models: readonly ModelEntry[]
  tools: readonly ToolUse[]
  outputSchema: unknown
  memory: { window: number; summary: boolean }
  limits: Limits
}

export type AgentForm = {
  name: string
  description: string
  type: AgentType
  /** With commas between them. */
  tags: string
  instructions: string
  models: ModelEntry[]
  tools: ToolUse[]
  outputSchema: unknown
  memory: { window: number; summary: boolean }
  limits: Limits
}

export const EMPTY_FORM: AgentForm = {
  name: '',
  description: '',
  type: 'custom',
  tags: '',
  instructions: '',
  models: [],
  tools: [],
  outputSchema: undefined,
  memory: { window: 20, summary: true },
  limits: { steps: 20, tokens: 200_000, timeoutMs: 600_000, depth: 3 },
}

export const formOf = (agent: Content): AgentForm => ({
  name: agent.name,
  description: agent.description,
  type: agent.type,
  tags: agent.tags.join(', '),
  instructions: agent.instructions,
  models: [...agent.models],
  tools: [...agent.tools],
  outputSchema: agent.outputSchema ?? undefined,
  memory: agent.memory,
  limits: agent.limits,
})

export const listOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ),
]

/** `before` has the limits that a change may remove. */
export function bodyOf(form: AgentForm, before: Limits = {}) {
  const { costUsd, toolCalls, ...limits } = form.limits
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    type: form.type,
    tags: listOf(form.tags),
    instructions: form.instructions,
    models: form.models,
    tools: form.tools,
    outputSchema: (form.outputSchema ?? null) as Record<string, unknown> | null,
    memory: form.memory,
    limits: {
      ...limits,
      ...removable('costUsd', costUsd, before.costUsd),
      ...removable('toolCalls', toolCalls, before.toolCalls),
    },
  }
}

const removable = <Name extends string>(
  name: Name,
  value: number | undefined,
  before: number | undefined,
): Partial<Record<Name, number | null>> => {
  if (value !== undefined) return { [name]: value } as Record<Name, number>
  return before === undefined ? {} : ({ [name]: null } as Record<Name, null>)
}

type FieldError = { path?: string; message: string }

/** The first error of a field or of something in it. */
export const errorAt = (errors: readonly FieldError[], path: string): string | undefined =>
  errors.find((one) => one.path === path || one.path?.startsWith(`${path}/`))?.message

const SHOWN_AT = [
  '/name',
  '/description',
  '/tags',
  '/instructions',
  '/models',
  '/tools',
  '/outputSchema',
  '/memory',
  '/limits',
]

/** Whether each of the errors has a field of the form. */
export const areShown = (errors: readonly FieldError[]): boolean =>
  errors.length > 0 &&
  errors.every(({ path = '' }) => SHOWN_AT.some((one) => path === one || path.startsWith(`${one}/`)))

/** What differs between two versions, by the names of the fields. */
export function changesBetween(before: Content, after: Content): string[] {
  const names: Record<keyof AgentForm, string> = {
    name: 'name',
    description: 'description',
    type: 'type',
    tags: 'tags',
    instructions: 'instructions',
    models: 'models',
    tools: 'tools',
    outputSchema: 'schema of the answer',
    memory: 'memory',
    limits: 'limits',
  }
  const [one, other] = [formOf(before), formOf(after)]
  return (Object.keys(names) as (keyof AgentForm)[])
    .filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
    .map((key) => names[key])
}

/** A list with the entry at another place. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const next = [...list]
  const [one] = next.splice(from, 1)
  if (one !== undefined) next.splice(to, 0, one)
  return next
}
