export type BuiltIn = {
  id: `tpl_builtin_${string}`
  name: string
  description: string
  category: string
  /** JSON Schema of what fills the placeholders; each has a default. */
  variables: Record<string, unknown>
  definition: Record<string, unknown>
  triggers?: Record<string, unknown>[]
}
