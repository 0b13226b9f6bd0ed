export type BuiltIn = {
  id: `tpl_builtin_${string}`
  name: string
  description: string
  category: string
  /** The JSON Schema of the variables. Each has a default. */
  variables: Record<string, unknown>
  definition: Record<string, unknown>
  triggers?: Record<string, unknown>[]
}
