// The body of a webhook: `{ type, timestamp, data }`, where `data` is the same event that sockets and streams get. It is built once
// and stored, so every attempt sends the same bytes.
import { utf8 } from '../../core/crypto.ts'
import type { TeamEvent } from '../../objects/team-events.ts'

/** The event that `POST /webhooks/{id}/test` sends. */
export type TestEvent = { type: 'webhook.test'; at: string; teamId: string; data: { message: string } }

/** What webhooks receive: the events of sockets and streams, and tests. */
export type PublicEvent = TeamEvent | TestEvent

export const MAX_BODY_BYTES = 256 * 1024

export function bodyOf(event: PublicEvent, link: string | null): string {
  const body = textOf(event)
  const sizeBytes = utf8(body).length
  if (sizeBytes <= MAX_BODY_BYTES) return body
  // Everything except `data` is small: ids, names and times.
  const shortened = { ...event, data: { omitted: true, sizeBytes, link } }
  return textOf(shortened)
}

const textOf = (event: Pick<PublicEvent, 'type' | 'at'>): string =>
  JSON.stringify({ type: event.type, timestamp: event.at, data: event })
