import { and, count, eq } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import type { Statement } from '../../../db/commit.ts'
import { keyset, type ListOptions } from '../../../db/paginate.ts'
import { taskComments } from '../../../db/schema/index.ts'

export type CommentRow = typeof taskComments.$inferSelect

const ofTask = (teamId: string, taskId: string) =>
  and(eq(taskComments.taskId, taskId), eq(taskComments.teamId, teamId))

export function findComments(
  db: Db,
  teamId: string,
  taskId: string,
  options: ListOptions,
): Promise<CommentRow[]> {
  const { where, orderBy, limit } = keyset(options, { created: taskComments.createdAt }, taskComments.id)
  return db
    .select()
    .from(taskComments)
    .where(and(ofTask(teamId, taskId), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countComments(db: Db, teamId: string, taskId: string): Promise<number> {
  const [row] = await db.select({ total: count() }).from(taskComments).where(ofTask(teamId, taskId))
  return row?.total ?? 0
}

export async function findComment(db: Db, teamId: string, id: string): Promise<CommentRow | null> {
  const [row] = await db
    .select()
    .from(taskComments)
    .where(and(eq(taskComments.id, id), eq(taskComments.teamId, teamId)))
  return row ?? null
}

export const insertComment = (db: Db, row: CommentRow): Statement => db.insert(taskComments).values(row)
