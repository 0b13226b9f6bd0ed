import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText, PlainText } from '../../../http/text.ts'

export const CreateTaskComment = z
  .strictObject({
    text: LongText(10_000)
      .min(1)
      .describe('The comment. `@usr_…` mentions a member of the team, who is notified.'),
    mentions: z.array(PlainText(100)).max(50).optional().describe('More users to notify.'),
  })
  .meta({ id: 'CreateTaskComment', examples: [{ text: 'They will call back tomorrow.' }] })
export type CreateTaskComment = z.infer<typeof CreateTaskComment>

export const TaskComment = z
  .strictObject({
    id: z.string(),
    taskId: z.string(),
    userId: z.string(),
    text: z.string(),
    mentions: z.array(z.string()).describe('The users who were notified.'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TaskComment' })
export type TaskComment = z.infer<typeof TaskComment>

export const TaskCommentPage = pageOf(TaskComment).meta({ id: 'TaskCommentPage' })
export const ListTaskComments = listQuery(['created', '-created'], {})
export type ListTaskComments = z.infer<typeof ListTaskComments>
