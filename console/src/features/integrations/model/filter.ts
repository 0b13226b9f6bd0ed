// The filters of the list, as in the URL. Unknown values are ignored.

export const STATUSES = ['ok', 'failing', 'needs_reconnect', 'untested'] as const
export type IntegrationStatus = (typeof STATUSES)[number]

export type IntegrationFilter = { q?: string; type?: string; status?: IntegrationStatus }

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 100) : undefined

export function readIntegrationFilter(search: Record<string, unknown>): IntegrationFilter {
  const [q, type] = [text(search.q), text(search.type)]
  const status = STATUSES.find((one) => one === search.status)
  return { ...(q && { q }), ...(type && { type }), ...(status && { status }) }
}
