// Which forms ask for a secret: by what their schema says, and by the names of their fields.

type Schema = {
  type?: string | string[]
  format?: string
  writeOnly?: boolean
  properties?: Record<string, Schema | boolean | null>
}

/** The names that the views of runs hide. `test/core/console/secret-fields.test.ts` compares them with those of the server. */
const SECRET_WORD =
  /(^|[^a-z0-9])(pass|password|passwd|pwd|passphrase|secrets?|tokens?|authorization|cookies?|credentials?|otp|api[-_ ]?key|private[-_ ]?key|backup[-_ ]?codes?)($|[^a-z0-9])/i
const COUNT = /tokens|count/i

/** Flags and counts are not secret, whatever their name: `hasPassword`, `inputTokens`. */
function isNamedSecret([name, field]: [string, Schema | boolean | null]): boolean {
  const type = typeof field === 'object' ? field?.type : undefined
  if (type === 'boolean' || ((type === 'number' || type === 'integer') && COUNT.test(name))) return false
  return SECRET_WORD.test(name.replace(/([a-z0-9])([A-Z])/g, '$1-$2'))
}

/** Its text is not shown while somebody types it. */
export const isPassword = ({ format, writeOnly }: Schema): boolean =>
  format === 'password' || writeOnly === true

/** Whether a form from this schema asks for a secret, at any depth. */
export const hasSecret = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  (isPassword(schema) ||
    Object.entries((schema as Schema).properties ?? {}).some(isNamedSecret) ||
    Object.values(schema).some(hasSecret))
