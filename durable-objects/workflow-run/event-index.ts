// What D1 knows of a run's waits for events, and what it knows of events. Only the run itself writes its rows.
import { eventKey } from '../../src/engine/event-name.ts'

export type OpenWait = { path: string; attempt: number; name: string; since: number }
export type OverWait = { path: string; attempt: number }

/** Of a team that is deleted no wait comes back. */
const LIST = `INSERT INTO event_waits (run_id, path, team_id, name, key, attempt, since)
  SELECT ?1, value ->> 'path', ?2, value ->> 'name', value ->> 'key', value ->> 'attempt', value ->> 'since' FROM json_each(?3)
  WHERE EXISTS (SELECT 1 FROM teams WHERE id = ?2)
  ON CONFLICT (run_id, path) DO UPDATE SET name = excluded.name, key = excluded.key, attempt = excluded.attempt, since = excluded.since
  WHERE excluded.attempt >= event_waits.attempt`

const UNLIST = `DELETE FROM event_waits WHERE rowid IN (SELECT w.rowid FROM json_each(?2) o CROSS JOIN event_waits w
  WHERE w.run_id = ?1 AND w.path = o.value ->> 'path' AND w.attempt <= o.value ->> 'attempt')`

export async function writeWaits(
  d1: D1Database,
  { runId, teamId }: { runId: string; teamId: string },
  { open, over }: { open: OpenWait[]; over: OverWait[] },
): Promise<void> {
  const rows = open.map((wait) => ({ ...wait, key: eventKey(wait.name) }))
  await d1.batch([
    ...(over.length === 0 ? [] : [d1.prepare(UNLIST).bind(runId, JSON.stringify(over))]),
    ...(open.length === 0 ? [] : [d1.prepare(LIST).bind(runId, teamId, JSON.stringify(rows))]),
  ])
}

/** All rows of the run but those of these paths and those that are younger than this. */
export async function removeWaits(
  d1: D1Database,
  runId: string,
  { except, before }: { except: string[]; before: number },
): Promise<void> {
  await d1
    .prepare(
      'DELETE FROM event_waits WHERE run_id = ?1 AND since < ?3 AND path NOT IN (SELECT value FROM json_each(?2))',
    )
    .bind(runId, JSON.stringify(except), before)
    .run()
}

export async function removeAllWaits(d1: D1Database, runId: string): Promise<void> {
  await d1.prepare('DELETE FROM event_waits WHERE run_id = ?').bind(runId).run()
}

/** Read one by one when it is longer, so that a page of events fits in memory. */
const MOST_INLINE_CHARS = 65_536
const PAGE = 100

const COLUMNS = `e.id, e.name, e.created_at AS at, CASE WHEN length(e.data) <= ${MOST_INLINE_CHARS} THEN e.data END AS data`
const BEHIND = `(e.created_at > ?3 OR e.id > ?4) ORDER BY e.created_at, e.id LIMIT ${PAGE}`

const BY_NAME = `SELECT ${COLUMNS} FROM json_each(?2) w CROSS JOIN inbound_events e
  WHERE e.team_id = ?1 AND e.name = w.value ->> 'name' AND e.created_at >= max(w.value ->> 'since', ?3) AND ${BEHIND}`

const BY_PATTERN = `SELECT ${COLUMNS} FROM inbound_events e
  WHERE e.team_id = ?1 AND e.created_at >= max(?5, ?3)
  AND EXISTS (SELECT 1 FROM json_each(?2) p WHERE substr(e.name, 1, length(p.value)) = p.value) AND ${BEHIND}`

export type FoundEvent = { id: string; name: string; at: number; data: string | null }

/** The events since each of these waits began, in order; first those of plain names, then those that a pattern may fit. */
export async function* eventsSince(
  d1: D1Database,
  teamId: string,
  waits: OpenWait[],
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

const UNDELIVERED = `SELECT e.id, e.name, e.created_at AS at, CASE WHEN length(e.data) <= ${MOST_INLINE_CHARS} THEN e.data END AS data FROM outbox o CROSS JOIN inbound_events e
  WHERE o.status = 'pending' AND o.type = 'event.deliver' AND o.body ->> 'teamId' = ?1 AND e.team_id = ?1 AND e.id = o.body ->> 'eventId'
  AND e.created_at >= ?2 AND (e.created_at > ?3 OR (e.created_at = ?3 AND e.id > ?4))
  GROUP BY e.id ORDER BY e.created_at, e.id LIMIT ${PAGE}`

/** The events of the team since this time that are still on their way to those who wait, in order. */
export const undeliveredSince = (d1: D1Database, teamId: string, since: number): AsyncGenerator<FoundEvent> =>
  pages((at, id) => d1.prepare(UNDELIVERED).bind(teamId, since, at, id))

export const dataOfEvent = async (d1: D1Database, teamId: string, id: string): Promise<string> =>
  (await d1
    .prepare('SELECT data FROM inbound_events WHERE team_id = ? AND id = ?')
    .bind(teamId, id)
    .first<string>('data')) ?? 'null'
