import type { Json } from '../../core/json.ts'

/**
 * The input of a run if none was sent: an empty object, so that `input.x` works, unless the definition expects
 * something other than an object. A null that was sent stays null.
 */
export function inputOr(inputs: unknown, sent: Json | undefined): Json {
  if (sent !== undefined) return sent
  const type = (inputs as { type?: unknown } | null | undefined)?.type
  const takesObject =
    type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'))
  return takesObject ? {} : null
}
