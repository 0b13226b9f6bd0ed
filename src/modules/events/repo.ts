import { type Statement, statement } from '../../db/commit.ts'
import type { inboundEvents } from '../../db/schema/index.ts'
import type { Stored } from '../../db/stored.ts'

export type EventRow = Pick<
  Stored<typeof inboundEvents.$inferSelect>,
  'id' | 'name' | 'data' | 'targets' | 'createdAt' | 'waiting' | 'sentBy'
>

export const findEvent = (d1: D1Database, teamId: string, id: string): Promise<EventRow | null> =>
  d1
    .prepare(
      'SELECT id, name, data, targets, created_at AS createdAt, waiting, sent_by AS sentBy FROM inbound_events WHERE team_id = ? AND id = ?',
    )
    .bind(teamId, id)
    .first<EventRow>()

/** Changes no row if the event already exists. */
export const insertEvent = (teamId: string, event: EventRow): Statement =>
  statement(
    `INSERT INTO inbound_events (team_id, id, name, data, targets, created_at, waiting, sent_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (team_id, id) DO NOTHING`,
    teamId,
    event.id,
    event.name,
    event.data,
    event.targets,
    event.createdAt,
    event.waiting,
    event.sentBy,
  )

export type SeenName = { name: string; seen: number; lastSeenAt: number }
export type Listener = { name: string; workflowId: string; triggerKey: string }
export type AwaitedName = { name: string; waiting: number }

const MAX_LISTENERS = 100

/** Reads each of the three lists by its own index, so a page costs no more than a page of each list. */
const namesAfter = (limit: string): string =>
  [
    'SELECT DISTINCT name FROM inbound_events WHERE team_id = ?1 AND name > ?2',
    "SELECT DISTINCT event_name AS name FROM workflow_triggers WHERE team_id = ?1 AND type = 'event' AND active = 1 AND event_name > ?2",
    'SELECT DISTINCT name FROM event_waits WHERE team_id = ?1 AND name > ?2',
  ]
    .map((select) => `SELECT name FROM (${select} ORDER BY 1 ${limit})`)
    .join(' UNION ')

export async function findEventNames(
  d1: D1Database,
  teamId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(`${namesAfter('LIMIT ?3')} ORDER BY name LIMIT ?3`)
    .bind(teamId, after, limit)
    .all<{ name: string }>()
  return results.map(({ name }) => name)
}

export async function countEventNames(d1: D1Database, teamId: string): Promise<number> {
  const row = await d1
    .prepare(`SELECT count(*) AS names FROM (${namesAfter('')})`)
    .bind(teamId, '')
    .first<{ names: number }>()
  return row?.names ?? 0
}

/** Details of these names, which are consecutive in the order of names. */
export async function findEventTypes(
  d1: D1Database,
  teamId: string,
  names: string[],
): Promise<{ seen: SeenName[]; listeners: Listener[]; awaited: AwaitedName[] }> {
  const [first, last] = [names[0], names.at(-1)]
  if (first === undefined || last === undefined) return { seen: [], listeners: [], awaited: [] }
  const [seen, listeners, awaited] = await d1.batch([
    d1
      .prepare(
        'SELECT name, count(*) AS seen, max(created_at) AS lastSeenAt FROM inbound_events WHERE team_id = ? AND name BETWEEN ? AND ? GROUP BY name',
      )
      .bind(teamId, first, last),
    d1
      .prepare(
        `SELECT name, workflowId, triggerKey FROM (
           SELECT event_name AS name, workflow_id AS workflowId, key AS triggerKey,
             row_number() OVER (PARTITION BY event_name ORDER BY workflow_id, key) AS place FROM workflow_triggers
           WHERE team_id = ? AND type = 'event' AND active = 1 AND event_name BETWEEN ? AND ?
         ) WHERE place <= ${MAX_LISTENERS} ORDER BY name, workflowId, triggerKey`,
      )
      .bind(teamId, first, last),
    d1
      .prepare(
        'SELECT name, count(DISTINCT run_id) AS waiting FROM event_waits WHERE team_id = ? AND name BETWEEN ? AND ? GROUP BY name',
      )
      .bind(teamId, first, last),
  ])
  return {
    seen: (seen?.results ?? []) as SeenName[],
    listeners: (listeners?.results ?? []) as Listener[],
    awaited: (awaited?.results ?? []) as AwaitedName[],
  }
}
