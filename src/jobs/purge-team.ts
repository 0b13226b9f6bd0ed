// After a team is deleted: its runs end with their objects, its files and leftover rows go. Invariants:
// 1. Nothing is touched while the team exists, so a message sent in error does no harm.
// 2. Every step may be done again: a run is buried before its object is removed, so a late report does not revive it.
// 3. One turn stays far below the platform's limit of calls; the next turn is asked for where this one ended.
import type * as z from 'zod'
import type { RequestContext } from '../context.ts'
import { commit } from '../db/commit.ts'
import { deleteLeftovers, markRunsDeleted, teamExists, teamStoragePrefix } from '../modules/teams/index.ts'
import { workflowRun } from '../objects/workflow-run.ts'
import type { TeamPurge } from '../queue/messages.ts'
import { deleteStored } from './delete-stored.ts'

const RUNS_A_TURN = 300
const AT_ONCE = 6

export async function purgeTeam(request: RequestContext, message: z.infer<typeof TeamPurge>): Promise<void> {
  const { env } = request
  const { teamId } = message
  if (await teamExists(env.DB, teamId)) return
  const runIds = await markRunsDeleted(env.DB, teamId, message.afterRunId, RUNS_A_TURN, request.now())
  for (let i = 0; i < runIds.length; i += AT_ONCE)
    await Promise.all(runIds.slice(i, i + AT_ONCE).map((id) => workflowRun(env.RUNS, id).remove()))
  const last = runIds.at(-1)
  if (last !== undefined && runIds.length === RUNS_A_TURN) {
    await commit(
      { ...request, system: true },
      {
        audit: {
          action: 'team.purge_continued',
          targetType: 'team',
          targetId: teamId,
          teamId,
          after: { afterRunId: last },
        },
        messages: [{ type: 'team.purge', teamId, afterRunId: last }],
      },
    )
    return
  }
  await deleteLeftovers(env.DB, teamId)
  await deleteStored(request, { type: 'storage.delete', keys: [], prefixes: [teamStoragePrefix(teamId)] })
}
