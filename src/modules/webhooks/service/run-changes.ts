// Turns changes of runs into events. A database trigger on the table `runs` stores each change together with its report, but only
// if the team has an endpoint (see the migrations). The run's object then calls this immediately. The tick finds what was missed.
import type { RequestContext } from '../../../context.ts'
import { derivedId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { findTeamsWithLate } from '../../../db/late-teams.ts'
import { runBatch } from '../../../db/statement.ts'
import type { RunChanged } from '../../../objects/team-events.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { deleteRunChange, findRunChanges, type RunChangeRow } from '../repo/run-changes.ts'
import { eventsOfRunChange, type RunThen } from '../run-events.ts'
import { recordEvents } from './record.ts'

const PAGE = 50
/** Larger outputs are left out, as in events of runs. Receivers get them by the run's id. */
const MAX_OUTPUT_CHARS = 16_384
const LATE_MS = 20_000
const MAX_TEAMS = 100

type Context = Pick<RequestContext, 'env' | 'now' | 'defer' | 'settings' | 'log'>

/** Processing a change twice creates the same events. */
export async function recordRunChanges(request: Context, teamId: string): Promise<void> {
  for (;;) {
    const changes = await findRunChanges(request.env.DB, teamId, PAGE)
    const recorded = await Promise.all(changes.map((change) => eventsOf(request, change)))
    await recordEvents(request, recorded.flat())
    if (changes.length > 0)
      await runBatch(
        request.env.DB,
        changes.map(({ id }) => deleteRunChange(id)),
      )
    if (changes.length < PAGE) return
  }
}

async function eventsOf(request: Context, change: RunChangeRow) {
  const run = JSON.parse(change.run) as RunThen
  const events = eventsOfRunChange({ ...change, run, at: change.createdAt })
  return Promise.all(
    events.map(async (event) => ({
      id: await derivedId('evt', `${event.type} ${change.runId} ${change.seq}`),
      event: event.type === 'run.succeeded' ? await withOutput(request, change.runId, event) : event,
      link: `${request.settings.PUBLIC_URL.replace(/\/+$/, '')}/api/v1/runs/${change.runId}`,
    })),
  )
}

/** If a run does not respond, its event has no output, like the event of a run with a large one. */
async function withOutput({ env, log }: Context, runId: string, event: RunChanged): Promise<RunChanged> {
  try {
    const { output } = (await workflowRun(env.RUNS, runId).view({ output: true })) as { output: Json }
    const { length } = JSON.stringify(output)
    return { ...event, data: length > MAX_OUTPUT_CHARS ? { outputBytes: length } : { output } }
  } catch (error) {
    log.warn('the output of a run could not be read for webhooks', { runId, error })
    return event
  }
}

/** For the tick. */
export async function recordLateRunChanges(request: RequestContext): Promise<void> {
  const teams = await findTeamsWithLate(
    request.env.DB,
    'webhook_run_changes',
    request.now() - LATE_MS,
    MAX_TEAMS,
  )
  for (const teamId of teams) await recordRunChanges(request, teamId)
}
