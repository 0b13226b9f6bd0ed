import { type Statement, statement } from '../../db/commit.ts'

export type EventRow = {
  id: string
  name: string
  data: string
  targets: string
  createdAt: number
  waiting: number
  /** Null for an event of before it was noted. */
  sentBy: string | null
}

export const findEvent = (d1: D1Database, teamId: string, id: string): Promise<EventRow | null> =>
  d1
    .prepare(
      'SELECT id, name, data, targets, created_at AS createdAt, waiting, sent_by AS sentBy FROM inbound_events WHERE team_id = ? AND id = ?',
    )
    .bind(teamId, id)
    .first<EventRow>()

/** Changes no row when the event is there already. */
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

const MOST_NAMES = 500

export async function findEventTypes(
  d1: D1Database,
  teamId: string,
): Promise<{ seen: SeenName[]; listeners: Listener[]; awaited: AwaitedName[] }> {
  const [seen, listeners, awaited] = await d1.batch([
    d1
      .prepare(
        `SELECT name, count(*) AS seen, max(created_at) AS lastSeenAt FROM inbound_events WHERE team_id = ? GROUP BY name ORDER BY name LIMIT ${MOST_NAMES}`,
      )
      .bind(teamId),
    d1
      .prepare(
        `SELECT event_name AS name, workflow_id AS workflowId, key AS triggerKey FROM workflow_triggers
         WHERE team_id = ? AND type = 'event' AND active = 1 ORDER BY event_name LIMIT ${MOST_NAMES}`,
      )
      .bind(teamId),
    d1
      .prepare(
        `SELECT name, count(DISTINCT run_id) AS waiting FROM event_waits WHERE team_id = ? GROUP BY name ORDER BY name LIMIT ${MOST_NAMES}`,
      )
      .bind(teamId),
  ])
  return {
    seen: (seen?.results ?? []) as SeenName[],
    listeners: (listeners?.results ?? []) as Listener[],
    awaited: (awaited?.results ?? []) as AwaitedName[],
  }
}
