// The schema of a task's input, as forms show it.

type Schema = { properties?: Record<string, unknown>; anyOf?: unknown[]; description?: string }

/** A field that takes a file in several ways is shown as one for a reference to a file. */
export const withFileFields = (properties: Record<string, object>): Record<string, object> =>
  Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, fileVariant(field) ?? field]))

function fileVariant({ anyOf = [], description }: Schema): object | undefined {
  const variant = (anyOf as Schema[]).find(({ properties }) => properties?.$file !== undefined)
  return variant && { ...variant, description }
}
