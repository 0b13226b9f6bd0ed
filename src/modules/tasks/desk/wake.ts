// The desk of a team processes the consequences of task changes. Code that changes a task wakes it; the tick finds
// changes that did not.
import type { RequestContext } from '../../../context.ts'
import { taskDesk } from '../../../objects/task-desk.ts'

export const wakeDesk = ({ env, defer }: Pick<RequestContext, 'env' | 'defer'>, teamId: string): void =>
  defer(
    taskDesk(env.TASK_DESKS, teamId)
      .wake(teamId)
      .catch(() => undefined),
  )
