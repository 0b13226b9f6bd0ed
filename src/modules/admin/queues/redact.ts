// What administrators see of a message's body: its structure, ids, numbers and flags. All other text is replaced by its length,
// because it may be a mail with a one-time token, the input of a run, or something that a person has written.

const ID = /^[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{20,40}$/
const MAX_DEPTH = 4
const MAX_ITEMS = 20

export function redactBody(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body)
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return {}
    const { type, ...rest } = parsed as Record<string, unknown>
    return {
      ...(typeof type === 'string' ? { type } : {}),
      ...(redacted(rest, 0) as Record<string, unknown>),
    }
  } catch {
    return {}
  }
}

function redacted(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return ID.test(value) ? value : `[${value.length} characters]`
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    if (depth >= MAX_DEPTH || value.length > MAX_ITEMS) return `[${value.length} items]`
    return value.map((item) => redacted(item, depth + 1))
  }
  const entries = Object.entries(value)
  // Below this field, names are chosen by users, as in the input of a run.
  if (depth >= MAX_DEPTH) return `[${entries.length} fields]`
  return Object.fromEntries(entries.map(([key, inner]) => [key, redacted(inner, depth + 1)]))
}
