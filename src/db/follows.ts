// Until when somebody may follow the channels of a hub. Whoever has something to publish asks here first, within a statement that
// is sent anyway, so that what nobody hears costs nothing.
import { prepare, type Statement, statement } from './statement.ts'

/** It has a row while somebody follows the hub. */
export const followedQuestion = (hub: string, now: number): Statement =>
  statement('SELECT 1 FROM realtime_follows WHERE hub = ? AND followed_until > ?', hub, now)

/** It has a row while somebody follows the hub of a team, or the team has a webhook. */
export const heardQuestion = (hub: string, teamId: string, now: number): Statement =>
  statement(
    'SELECT 1 FROM realtime_follows WHERE hub = ? AND followed_until > ? UNION ALL SELECT 1 FROM webhook_endpoints WHERE team_id = ?',
    hub,
    now,
    teamId,
  )

export const isFollowed = async (d1: D1Database, hub: string, now: number): Promise<boolean> =>
  (await prepare(d1, followedQuestion(hub, now)).first()) !== null

export async function markFollowed(d1: D1Database, hub: string, until: number): Promise<void> {
  await d1
    .prepare(
      'INSERT INTO realtime_follows (hub, followed_until) VALUES (?1, ?2) ON CONFLICT (hub) DO UPDATE SET followed_until = ?2',
    )
    .bind(hub, until)
    .run()
}
