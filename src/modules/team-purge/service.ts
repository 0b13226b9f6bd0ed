// Cleans up after a team is deleted: ends its runs with their objects and deletes its files and leftover rows. Invariants:
// 1. It does nothing while the team exists, so a message sent by mistake does no harm.
// 2. Every step can be repeated. A run with its tombstone is not restored by a late report.
// 3. One turn stays far below the platform's limit of calls. It then schedules the next turn, which continues from there.
// 4. A run that was accepted before the deletion and reports after it is removed by a second pass some time later. That pass leaves out
//    runs with a tombstone, so it posts the messages that remove their objects first.
import type { RequestContext } from '../../context.ts'
import { MINUTE_MS } from '../../core/clock.ts'
import { derivedId } from '../../core/ids.ts'
import { commit } from '../../db/commit.ts'
import { laterRow } from '../../db/outbox-row.ts'
import { prepare } from '../../db/statement.ts'
import { teamSearch } from '../../objects/team-search.ts'
import { workflowRun } from '../../objects/workflow-run.ts'
import type { TeamPurge } from '../../queue/messages/teams.ts'
import { postMessages } from '../../queue/post.ts'
import { findRunIdsOfTeam, markRunsDeleted } from '../runs/index.ts'
import { deleteStored } from '../storage/index.ts'
import { teamStoragePrefix } from '../teams/index.ts'
import { deleteLeftovers, hasTeam } from './repo.ts'

const MAX_RUNS = 300
const AT_ONCE = 6

/** Longer than a host takes to report a run. While D1 is not available, it retries every five minutes. */
const LATE_MS = 15 * MINUTE_MS

export async function purgeTeam(request: RequestContext, message: TeamPurge): Promise<void> {
  const { env } = request
  const { teamId, late = false } = message
  if (await hasTeam(env.DB, teamId)) return
  const page = { afterId: message.afterRunId, limit: MAX_RUNS, onlyLive: late }
  const runIds = await findRunIdsOfTeam(env.DB, teamId, page)
  if (late) await removeLater(request, runIds)
  await prepare(env.DB, markRunsDeleted(runIds, request.now())).run()
  if (!late) await removeNow(request, runIds)
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
        messages: [{ ...message, afterRunId: last }],
      },
    )
    return
  }
  await teamSearch(env.SEARCHES, teamId).clear()
  await deleteLeftovers(env.DB, teamId)
  await deleteStored(request, { keys: [], prefixes: [teamStoragePrefix(teamId)] })
  if (!late) await purgeAgainLater(request, teamId)
}

async function removeNow({ env }: RequestContext, runIds: readonly string[]): Promise<void> {
  for (let i = 0; i < runIds.length; i += AT_ONCE)
    await Promise.all(runIds.slice(i, i + AT_ONCE).map((id) => workflowRun(env.RUNS, id).remove()))
}

/** With a message for each run, because a repeated turn may not find it again. */
async function removeLater(
  { env, requestId, now }: RequestContext,
  runIds: readonly string[],
): Promise<void> {
  const messages = runIds.map(async (runId) => ({
    id: await derivedId('msg', `run.remove ${runId}`),
    message: { type: 'run.remove' as const, runId },
  }))
  await postMessages(env, await Promise.all(messages), requestId, now())
}

/** A run that was started in the moment of the deletion is not in the index yet. */
async function purgeAgainLater({ env, requestId, now }: RequestContext, teamId: string): Promise<void> {
  const id = await derivedId('msg', `team.purge late ${teamId}`)
  const message = { type: 'team.purge', teamId, afterRunId: '', late: true } as const
  await prepare(env.DB, laterRow(message, { id, requestId, dueAt: now() + LATE_MS, now: now() })).run()
}
