// Where a sweep over everything has stopped, and when it continues.
import { type Statement, statement } from './statement.ts'

export const STATS_SWEEP = 'stats'

export type SweepPosition = { position: string; nextAt: number }

export async function findPosition(d1: D1Database, name: string): Promise<SweepPosition> {
  const row = await d1
    .prepare('SELECT position, next_at AS nextAt FROM sweep_positions WHERE name = ?')
    .bind(name)
    .first<SweepPosition>()
  return row ?? { position: '', nextAt: 0 }
}

export const putPosition = (name: string, { position, nextAt }: SweepPosition): Statement =>
  statement(
    `INSERT INTO sweep_positions (name, position, next_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET position = excluded.position, next_at = excluded.next_at`,
    name,
    position,
    nextAt,
  )
