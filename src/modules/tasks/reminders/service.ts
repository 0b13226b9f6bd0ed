// Tasks that are due soon or overdue: each is reported once. Invariant: the time of the next reminder is moved in the
// same commit that sends the notification, and the change that the desk reports to followers and webhooks. The commit
// requires the time that was read.
import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { commit } from '../../../db/commit.ts'
import { notify } from '../../../queue/notify.ts'
import { creatorAndAssignee } from '../desk/publish.ts'
import { insertChange } from '../desk/repo/changes.ts'
import { wakeDesk } from '../desk/wake.ts'
import { findTask } from '../repo/tasks.ts'
import { findToRemind, setReminder } from './repo.ts'

const PAGE = 200

/** Such as `2026-12-01 at 15:54 UTC`. */
const timeText = (at: number): string => toIso(at).replace(/T(.{5}).*/, ' at $1 UTC')

export async function remindOfTasks(request: RequestContext): Promise<void> {
  const now = request.now()
  for (const { id, teamId, remindAt, dueAt } of await findToRemind(request.env.DB, now, PAGE)) {
    const row = await findTask(request.env.DB, teamId, id)
    if (row === null) continue
    const isOverdue = dueAt <= now
    const outcome = await commit(
      { ...request, system: true },
      {
        guard: setReminder(id, remindAt, isOverdue ? null : dueAt),
        statements: isOverdue ? [insertChange(teamId, id, 'overdue', now)] : [],
        audit: {
          action: isOverdue ? 'task.overdue' : 'task.due_soon',
          targetType: 'task',
          targetId: id,
          teamId,
          after: { dueAt: toIso(dueAt) },
        },
        messages: [
          notify({
            kind: isOverdue ? 'task.overdue' : 'task.due',
            level: isOverdue ? 'warning' : 'info',
            to: { userIds: creatorAndAssignee(row) },
            teamId,
            title: isOverdue ? `The task ${row.title} is overdue` : `The task ${row.title} is due soon`,
            message: `It ${isOverdue ? 'was' : 'is'} due on ${timeText(dueAt)}.`,
            subject: { type: 'task', id },
          }),
        ],
      },
    )
    if (outcome === 'done' && isOverdue) wakeDesk(request, teamId)
  }
}
