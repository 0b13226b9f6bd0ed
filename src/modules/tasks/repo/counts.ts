import { OPEN_TASKS } from './tasks.ts'

export async function countOpenTasks(d1: D1Database, teamId: string): Promise<number> {
  const row = await d1
    .prepare(`SELECT ${OPEN_TASKS('?1')} AS n`)
    .bind(teamId)
    .first<{ n: number }>()
  return row?.n ?? 0
}
