// Variables of a team: what is typed, and what is sent.
import { hasSecret } from '../../../ui/form/secret-fields.ts'

/** How the value is typed. A text needs no quotes. */
export type Way = 'text' | 'json'

export const wayOf = (value: unknown): Way => (typeof value === 'string' ? 'text' : 'json')

export const typedOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2)

export type Read = { value: unknown; error: null } | { value: null; error: string }

export function readValue(typed: string, way: Way): Read {
  if (way === 'text') return { value: typed, error: null }
  try {
    return { value: JSON.parse(typed), error: null }
  } catch (error) {
    return { value: null, error: `This is not valid JSON: ${(error as Error).message}` }
  }
}

/** Names and values in one JSON object. */
export function readValues(typed: string): { values: Record<string, unknown> | null; error: string | null } {
  const { value, error } = readValue(typed, 'json')
  if (error !== null) return { values: null, error }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { values: null, error: 'Enter a JSON object with the names and values.' }
  return { values: value as Record<string, unknown>, error: null }
}

/** The name promises a secret, which does not belong here. */
export const isSecretName = (name: string): boolean =>
  hasSecret({ properties: { [name]: { type: 'string' } } })

/** In a list: on one line. */
export const shortValue = (value: unknown): string =>
  typeof value === 'string' ? value.replace(/\s+/g, ' ') : JSON.stringify(value)
