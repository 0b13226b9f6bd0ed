import type { Json } from '../../core/json.ts'

/**
 * What a run is given when nothing was sent: an empty object, so that `input.x` can be asked for, unless the definition
 * wants something else than an object. A null that was sent stays null.
 */
export function inputOr(inputs: unknown, sent: Json | undefined): Json {
  if (sent !== undefined) return sent
  const type = (inputs as { type?: unknown } | null | undefined)?.type
  const takesObject =
    type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'))
  return takesObject ? {} : null
}
