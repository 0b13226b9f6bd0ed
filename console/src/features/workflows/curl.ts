// Shell commands for the same actions. They never contain keys or tokens.

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export function curlOf(origin: string, workflow: { id: string; definition: { inputs?: unknown } }): string {
  const body = JSON.stringify({ input: sampleOf(workflow.definition.inputs) })
  return [
    `curl -fsS ${quoted(`${origin}/api/v1/workflows/${workflow.id}/execute`)}`,
    `-H "x-api-key: $ORRERY_KEY"`,
    `-H 'content-type: application/json'`,
    `-d ${quoted(body)}`,
  ].join(' \\\n  ')
}

export const hookCurl = (url: string): string =>
  `curl -fsS ${quoted(url)} \\\n  -H 'content-type: application/json' \\\n  -d '{}'`

type Schema = {
  type?: unknown
  default?: unknown
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
}

/** The smallest value that matches the input's schema. */
export function sampleOf(schema: unknown): unknown {
  const { type, default: preset, enum: choices, properties = {}, required = [] } = (schema ?? {}) as Schema
  if (preset !== undefined) return preset
  if (choices?.[0] !== undefined) return choices[0]
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return ''
    case 'number':
    case 'integer':
      return 0
    case 'boolean':
      return false
    case 'array':
      return []
    default:
      return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name])]))
  }
}
