import * as z from 'zod'
import { PlainText } from '../../../http/text.ts'
import { WORK_STATUSES } from '../pure/status.ts'

const Limit = z
  .strictObject({
    kind: z
      .enum(['assignee', 'agent', 'status'])
      .describe('The kind of limit: active tasks of an assignee or agent, or tasks with a status.'),
    subject: PlainText(100).describe('A user, an agent, or one of the active statuses.'),
    most: z.int().min(0).max(100_000).describe('The maximum number; others wait in the queue.'),
  })
  .refine(
    ({ kind, subject }) => kind !== 'status' || (WORK_STATUSES as readonly string[]).includes(subject),
    `a status is one of ${WORK_STATUSES.join(', ')}`,
  )

export const TaskLimits = z
  .strictObject({ limits: z.array(Limit).max(500).describe('All limits of the team.') })
  .meta({ id: 'TaskLimits', examples: [{ limits: [{ kind: 'status', subject: 'running', most: 10 }] }] })
export type TaskLimits = z.infer<typeof TaskLimits>
