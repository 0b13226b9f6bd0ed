// Limits, comments, trees and graphs.
import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText, PlainText } from '../../../http/text.ts'
import { TASK_STATUSES, WORK_STATUSES } from '../pure/status.ts'
import { TaskSummary } from './task.ts'

const Limit = z
  .strictObject({
    kind: z
      .enum(['assignee', 'agent', 'status'])
      .describe('The kind of limit: active tasks of an assignee or agent, or tasks with a status.'),
    subject: PlainText(100).describe('A user, an agent, or one of the active statuses.'),
    most: z.int().min(0).max(100_000).describe('How many there may be; more wait in the queue.'),
  })
  .refine(
    ({ kind, subject }) => kind !== 'status' || (WORK_STATUSES as readonly string[]).includes(subject),
    `a status is one of ${WORK_STATUSES.join(', ')}`,
  )

export const TaskLimits = z
  .strictObject({ limits: z.array(Limit).max(500).describe('All limits of the team.') })
  .meta({ id: 'TaskLimits', examples: [{ limits: [{ kind: 'status', subject: 'running', most: 10 }] }] })
export type TaskLimits = z.infer<typeof TaskLimits>

export const CreateTaskComment = z
  .strictObject({
    text: LongText(10_000)
      .min(1)
      .describe('The comment. `@usr_…` mentions a member of the team, who is notified.'),
    mentions: z.array(PlainText(100)).max(50).optional().describe('More users to be told.'),
  })
  .meta({ id: 'CreateTaskComment', examples: [{ text: 'They will call back tomorrow.' }] })
export type CreateTaskComment = z.infer<typeof CreateTaskComment>

export const TaskComment = z
  .strictObject({
    id: z.string(),
    taskId: z.string(),
    userId: z.string(),
    text: z.string(),
    mentions: z.array(z.string()).describe('The users who were told.'),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'TaskComment' })
export type TaskComment = z.infer<typeof TaskComment>

export const TaskCommentPage = pageOf(TaskComment).meta({ id: 'TaskCommentPage' })
export const ListTaskComments = listQuery(['created', '-created'], {})
export type ListTaskComments = z.infer<typeof ListTaskComments>

export type TaskTree = { task: TaskSummary; children: TaskTree[] }
export const TaskTree: z.ZodType<TaskTree> = z
  .strictObject({
    task: TaskSummary.describe('The task.'),
    get children() {
      return z.array(TaskTree).describe('Its subtasks, oldest first.')
    },
  })
  .meta({ id: 'TaskTree' })

export const TaskGraph = z
  .strictObject({
    nodes: z
      .array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          type: z.string(),
          status: z.enum(TASK_STATUSES),
          progress: z.int(),
        }),
      )
      .describe('The tasks that dependencies connect with this one.'),
    edges: z
      .array(
        z.strictObject({
          from: z.string().describe('The task that ends first.'),
          to: z.string().describe('The task that waits for it.'),
          on: z.enum(['success', 'end']).describe('The end that it waits for.'),
          waived: z.boolean().describe('Whether the dependency was waived.'),
        }),
      )
      .describe('The dependencies.'),
    criticalPath: z
      .array(z.string())
      .describe(
        'The longest way through the graph, by the time that its tasks took; one that has not ended counts as the mean of the others.',
      ),
    truncated: z.boolean().describe('Whether there are more than 10,000 tasks or 100,000 edges.'),
  })
  .meta({ id: 'TaskGraph' })
export type TaskGraph = z.infer<typeof TaskGraph>

export const GraphQuery = z.strictObject({
  format: z
    .enum(['json', 'mermaid'])
    .default('json')
    .describe('`mermaid` answers the text of a Mermaid flowchart.'),
})
