// The record of the last tick: whether ticks run, how long they take, and which tasks failed.
export type TaskResult = { name: string; durationMs: number; error: string | null }
export type TickRecord = { startedAt: number; finishedAt: number; tasks: TaskResult[] }

const TICK = 'tick'

/** If two ticks overlap, the later start stays. */
export const recordTick = (d1: D1Database, { startedAt, finishedAt, tasks }: TickRecord): Promise<unknown> =>
  d1
    .prepare(
      `INSERT INTO cron_state (id, started_at, finished_at, tasks) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, finished_at = excluded.finished_at, tasks = excluded.tasks
       WHERE excluded.started_at >= cron_state.started_at`,
    )
    .bind(TICK, startedAt, finishedAt, JSON.stringify(tasks))
    .run()

export async function findLastTick(d1: D1Database): Promise<TickRecord | null> {
  const row = await d1
    .prepare('SELECT started_at AS startedAt, finished_at AS finishedAt, tasks FROM cron_state WHERE id = ?')
    .bind(TICK)
    .first<{ startedAt: number; finishedAt: number; tasks: string }>()
  return row === null ? null : { ...row, tasks: JSON.parse(row.tasks) as TaskResult[] }
}
