import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { idPattern, newId } from '../../../core/ids.ts'
import { commit } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { notify } from '../../../queue/notify.ts'
import { findMembersAmong } from '../../teams/index.ts'
import { requireTask } from '../read/service.ts'
import { type CommentRow, countComments, findComment, findComments, insertComment } from './repo.ts'
import type { CreateTaskComment, ListTaskComments, TaskComment } from './schema.ts'

const toComment = (row: CommentRow): TaskComment => ({
  id: row.id,
  taskId: row.taskId,
  userId: row.userId,
  text: row.text,
  mentions: JSON.parse(row.mentions),
  createdAt: toIso(row.createdAt),
})

export async function listComments(
  ctx: ServiceContext,
  id: string,
  query: ListTaskComments,
): Promise<Page<TaskComment>> {
  await requireTask(ctx, id)
  const { teamId } = ctx.actor
  const rows = await findComments(ctx.db, teamId, id, query)
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toComment)
  return query.count ? { ...page, total: await countComments(ctx.db, teamId, id) } : page
}

export async function getComment(ctx: ServiceContext, id: string): Promise<TaskComment> {
  const row = await findComment(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The comment')
  return toComment(row)
}

const MENTION = new RegExp(`@(${idPattern('usr')})`, 'g')
const MAX_MENTIONS = 50

export async function addComment(
  ctx: ServiceContext,
  id: string,
  body: CreateTaskComment,
): Promise<TaskComment> {
  const task = await requireTask(ctx, id)
  const { teamId, userId } = ctx.actor
  const named = [...body.text.matchAll(MENTION)].map(([, user = '']) => user)
  const wanted = [...new Set([...named, ...(body.mentions ?? [])])].slice(0, MAX_MENTIONS)
  const members = await findMembersAmong(ctx.env.DB, teamId, wanted)
  const mentions = wanted.filter((user) => members.has(user))
  const now = ctx.now()
  const row: CommentRow = {
    id: newId('cmt', now),
    taskId: id,
    teamId,
    userId,
    text: body.text,
    mentions: JSON.stringify(mentions),
    createdAt: now,
  }
  const notified = mentions.filter((user) => user !== userId)
  await commit(ctx, {
    statements: [insertComment(ctx.db, row)],
    audit: {
      action: 'task.commented',
      targetType: 'task',
      targetId: row.id,
      after: { name: task.title, taskId: id, mentions },
    },
    messages:
      notified.length === 0
        ? []
        : [
            notify({
              kind: 'mention',
              to: { userIds: notified },
              teamId,
              title: `You are mentioned in the task ${task.title}`,
              message: body.text,
              subject: { type: 'task', id },
            }),
          ],
  })
  return toComment(row)
}
