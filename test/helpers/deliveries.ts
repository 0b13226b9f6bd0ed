import { env } from 'cloudflare:workers'
import { newId } from '../../src/core/ids.ts'
import { clock } from './clock.ts'
import type { Person } from './people.ts'

/** The callback of a run without a response, and its id. */
export async function newCallback(teamId: string): Promise<string> {
  const now = clock.now()
  const [id, eventId] = [newId('dlv', now), newId('msg', now)]
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO webhook_events (id, team_id, type, body, created_at) VALUES (?, ?, 'run.callback', '{}', ?)",
    ).bind(eventId, teamId, now),
    env.DB.prepare(
      `INSERT INTO webhook_deliveries (id, team_id, event_id, type, url, lane, status, attempt, created_at)
       VALUES (?, ?, ?, 'run.callback', 'https://example.com/', ?, 'failed', 10, ?)`,
    ).bind(id, teamId, eventId, `callback_${eventId}`, now),
  ])
  return id
}

/** A notification about the team, and its id. */
export async function newNotification({ userId, teamId }: Person): Promise<string> {
  const now = clock.now()
  const id = newId('ntf', now)
  await env.DB.prepare(
    `INSERT INTO notifications (id, user_id, team_id, kind, level, title, message, in_app, created_at, updated_at)
     VALUES (?, ?, ?, 'mention', 'info', 'Hello', '', 1, ?, ?)`,
  )
    .bind(id, userId, teamId, now, now)
    .run()
  return id
}
