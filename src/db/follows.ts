// Until when a hub's channels have followers. Publishers check this in a statement that they send anyway, so that events without
// followers cost nothing.
import { prepare, type Statement, statement } from './statement.ts'

/** Has a row while the hub has followers. */
export const followedQuestion = (hub: string, now: number): Statement =>
  statement('SELECT 1 FROM realtime_follows WHERE hub = ? AND followed_until > ?', hub, now)

/** Has a row while the hub of a team has followers, or the team has a webhook. */
export const followersQuestion = (hub: string, teamId: string, now: number): Statement =>
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
