// Notifies people of tasks that others have assigned to them.
import type { ServiceContext } from '../../../context.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
import { notify } from '../../../queue/notify.ts'

type Assigned = { id: string; title: string; assignee?: string | undefined }

/** One notification per person, however many tasks are assigned at once. */
export function assignedNotices(
  { actor }: Pick<ServiceContext, 'actor'>,
  tasks: readonly Assigned[],
): QueueMessage[] {
  const byPerson = new Map<string, Assigned[]>()
  for (const task of tasks) {
    const { assignee = '' } = task
    if (!assignee.startsWith('usr_') || assignee === actor.userId) continue
    byPerson.set(assignee, [...(byPerson.get(assignee) ?? []), task])
  }
  return [...byPerson].map(([userId, theirs]) => {
    const [first] = theirs as [Assigned, ...Assigned[]]
    return notify({
      kind: 'task.assigned',
      to: { userIds: [userId] },
      teamId: actor.teamId,
      title:
        theirs.length === 1
          ? `The task ${first.title} was assigned to you`
          : `${theirs.length} tasks were assigned to you`,
      message:
        theirs.length === 1
          ? ''
          : theirs
              .slice(0, MAX_LISTED)
              .map(({ title }) => title)
              .join('\n'),
      subject: { type: 'task', id: first.id },
    })
  })
}

const MAX_LISTED = 20
