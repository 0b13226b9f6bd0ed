// Notifications that a node of a run sends to members of its team.
import { AppError } from '../../../core/errors.ts'
import { derivedId } from '../../../core/ids.ts'
import type { Env } from '../../../env.ts'
import { notify } from '../../../queue/notify.ts'
import { postMessages } from '../../../queue/post.ts'
import { findMembersAmong } from '../../teams/index.ts'

export type NodeScope = {
  env: Pick<Env, 'DB' | 'JOBS'>
  teamId: string
  runId: string
  workflow: { id: string; name: string } | null
  startedBy: string | null
  requestId: string
  now: () => number
}

export type NodeNotice = {
  /** Null for the person who started the run. */
  userIds: string[] | null
  title: string | null
  message: string
  level: 'info' | 'success' | 'warning' | 'error'
  link: string | null
}

/** Returns the notified users. Repeating the same key notifies nobody again. */
export async function notifyFromNode(scope: NodeScope, notice: NodeNotice, key: string): Promise<string[]> {
  const { env, teamId, runId, workflow, startedBy, requestId, now } = scope
  const userIds = notice.userIds ?? (startedBy === null ? [] : [startedBy])
  if (userIds.length === 0)
    throw new AppError('resource.not_found', {
      detail: 'The run was not started by a person: set `to`.',
    })
  const members = await findMembersAmong(env.DB, teamId, userIds)
  const nonMember = userIds.find((id) => !members.has(id))
  if (nonMember !== undefined)
    throw new AppError('resource.not_found', { detail: `${nonMember} is not a member of the team.` })
  const message = notify({
    kind: 'mention',
    to: { userIds },
    teamId,
    level: notice.level,
    title: notice.title ?? workflow?.name ?? 'Message from a run',
    message: notice.message,
    link: notice.link,
    subject: { type: 'run', id: runId },
    workflowId: workflow?.id ?? null,
  })
  await postMessages(env, [{ id: await derivedId('msg', `${key} notify`), message }], requestId, now())
  return userIds
}
