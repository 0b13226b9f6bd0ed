// The desk of a team works off what follows from changes of its tasks. Whoever changes one wakes it; what nobody woke it for is
// found by the tick.
import type { RequestContext } from '../../../context.ts'
import { taskDesk } from '../../../objects/task-desk.ts'

export const wakeDesk = ({ env, defer }: Pick<RequestContext, 'env' | 'defer'>, teamId: string): void =>
  defer(
    taskDesk(env.TASK_DESKS, teamId)
      .wake(teamId)
      .catch(() => undefined),
  )
