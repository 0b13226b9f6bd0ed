// Cleans up after a team is deleted: ends its runs with their objects and deletes its files and leftover rows. Invariants:
// 1. It does nothing while the team exists, so a message sent by mistake does no harm.
// 2. Every step can be repeated. A run gets its tombstone before its object is removed, so a late report cannot restore it.
// 3. One turn stays far below the platform's limit of calls. It then schedules the next turn, which continues from there.
import type { RequestContext } from '../../context.ts'
import { commit } from '../../db/commit.ts'
import { teamSearch } from '../../objects/team-search.ts'
import { workflowRun } from '../../objects/workflow-run.ts'
import type { TeamPurge } from '../../queue/messages/teams.ts'
import { markRunsDeleted } from '../runs/index.ts'
import { deleteStored } from '../storage/index.ts'
import { teamStoragePrefix } from '../teams/index.ts'
import { deleteLeftovers, hasTeam } from './repo.ts'

const MAX_RUNS = 300
const AT_ONCE = 6

export async function purgeTeam(request: RequestContext, message: TeamPurge): Promise<void> {
  const { env } = request
  const { teamId } = message
  if (await hasTeam(env.DB, teamId)) return
  const runIds = await markRunsDeleted(env.DB, teamId, message.afterRunId, MAX_RUNS, request.now())
  for (let i = 0; i < runIds.length; i += AT_ONCE)
    await Promise.all(runIds.slice(i, i + AT_ONCE).map((id) => workflowRun(env.RUNS, id).remove()))
  const last = runIds.at(-1)
  if (last !== undefined && runIds.length === MAX_RUNS) {
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
  await teamSearch(env.SEARCHES, teamId).clear()
  await deleteLeftovers(env.DB, teamId)
  await deleteStored(request, { keys: [], prefixes: [teamStoragePrefix(teamId)] })
}
