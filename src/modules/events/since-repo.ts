// The events that a wait may have missed: those received since it began.
import { eventKey } from '../../engine/model/event-name.ts'

export type WaitedSince = { name: string; since: number }

/** Longer data is read separately, so that a page of events fits in memory. */
const MAX_INLINE_CHARS = 65_536
const PAGE = 100

const COLUMNS = `e.id, e.name, e.created_at AS at, CASE WHEN length(e.data) <= ${MAX_INLINE_CHARS} THEN e.data END AS data`
const BEHIND = `(e.created_at > ?3 OR e.id > ?4) ORDER BY e.created_at, e.id LIMIT ${PAGE}`

const BY_NAME = `SELECT ${COLUMNS} FROM json_each(?2) w CROSS JOIN inbound_events e
  WHERE e.team_id = ?1 AND e.name = w.value ->> 'name' AND e.created_at >= max(w.value ->> 'since', ?3) AND ${BEHIND}`

const BY_PATTERN = `SELECT ${COLUMNS} FROM inbound_events e
  WHERE e.team_id = ?1 AND e.created_at >= max(?5, ?3)
  AND EXISTS (SELECT 1 FROM json_each(?2) p WHERE substr(e.name, 1, length(p.value)) = p.value) AND ${BEHIND}`

export type FoundEvent = { id: string; name: string; at: number; data: string | null }

/** The events since each of these waits began, in order: first those with plain names, then those that may match a pattern. */
export async function* findEventsSince(
  d1: D1Database,
  teamId: string,
  waits: WaitedSince[],
): AsyncGenerator<FoundEvent> {
  const plain = new Map<string, number>()
  const prefixes = new Set<string>()
  let since = Number.POSITIVE_INFINITY
  for (const wait of waits) {
    const key = eventKey(wait.name)
    if (key.endsWith('*')) {
      prefixes.add(key.slice(0, -1))
      since = Math.min(since, wait.since)
    } else plain.set(key, Math.min(plain.get(key) ?? wait.since, wait.since))
  }
  const names = JSON.stringify([...plain].map(([name, begun]) => ({ name, since: begun })))
  if (plain.size > 0) yield* pages((at, id) => d1.prepare(BY_NAME).bind(teamId, names, at, id))
  const texts = JSON.stringify([...prefixes])
  if (prefixes.size > 0) yield* pages((at, id) => d1.prepare(BY_PATTERN).bind(teamId, texts, at, id, since))
}

async function* pages(ask: (at: number, id: string) => D1PreparedStatement): AsyncGenerator<FoundEvent> {
  let last: Pick<FoundEvent, 'at' | 'id'> = { at: 0, id: '' }
  for (;;) {
    const { results } = await ask(last.at, last.id).all<FoundEvent>()
    yield* results
    if (results.length < PAGE) return
    last = results.at(-1) ?? last
  }
}

const UNDELIVERED = `SELECT e.id, e.name, e.created_at AS at, CASE WHEN length(e.data) <= ${MAX_INLINE_CHARS} THEN e.data END AS data FROM outbox o CROSS JOIN inbound_events e
  WHERE o.status = 'pending' AND o.type = 'event.deliver' AND o.body ->> 'teamId' = ?1 AND e.team_id = ?1 AND e.id = o.body ->> 'eventId'
  AND e.created_at >= ?2 AND (e.created_at > ?3 OR (e.created_at = ?3 AND e.id > ?4))
  GROUP BY e.id ORDER BY e.created_at, e.id LIMIT ${PAGE}`

/** The events of the team since this time that are still being delivered to waiting runs, in order. */
export const findUndeliveredSince = (
  d1: D1Database,
  teamId: string,
  since: number,
): AsyncGenerator<FoundEvent> => pages((at, id) => d1.prepare(UNDELIVERED).bind(teamId, since, at, id))

export const findEventData = async (d1: D1Database, teamId: string, id: string): Promise<string> =>
  (await d1
    .prepare('SELECT data FROM inbound_events WHERE team_id = ? AND id = ?')
    .bind(teamId, id)
    .first<string>('data')) ?? 'null'
