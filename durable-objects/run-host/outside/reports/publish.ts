// Publishes the events of the run itself, such as its start and its end, to followers of the team, together with the
// report to the index. The report returns whether the team has followers; without any, nothing is sent.
import type { Json } from '../../../../src/core/json.ts'
import { hasEnded } from '../../../../src/engine/model/state.ts'
import { teamHub } from '../../../../src/objects/channels.ts'
import { liveHub, type Publication } from '../../../../src/objects/live-hub.ts'
import type { RunEvent, RunEventError } from '../../../../src/objects/run-events.ts'
import type { RunSummary, TeamEvent } from '../../../../src/objects/team-events.ts'
import type { RunStore } from '../../rows/store.ts'
import type { RunShell } from '../../run-shell.ts'
import { hideStored } from '../../show/redaction.ts'
import { viewRun } from '../../show/view.ts'

const PUBLISHED = 'published'
/** How many events back a run looks if it does not know what it has published. */
const LOOK_BACK = 200

/**
 * The newest event that was skipped because the team had no followers. Only in memory: an event that is sent twice
 * has the same key.
 */
const passed = new WeakMap<RunStore, number>()

export function skipPublishing({ store }: RunShell): void {
  passed.set(store, store.lastEvent())
}

export async function publishRun(machine: RunShell): Promise<void> {
  const { store, live, env } = machine
  const run = machine.requireRun()
  const head = store.lastEvent()
  const stored = Number(store.readMeta(PUBLISHED) ?? 0)
  const known = Math.max(stored, passed.get(store) ?? 0)
  const after = known > 0 ? known : Math.max(0, head - LOOK_BACK)
  const { teamId, runId } = run.spec
  const summary = summaryOf(machine)
  const publications: Publication[] = []
  for (let at = after; at < head; ) {
    const page = live.page(at, 500)
    if (page.length === 0) break
    for (const event of page) {
      at = event.seq
      if (event.type.startsWith('run.'))
        publications.push({ key: `${runId} ${event.seq}`, event: eventOf(machine, event, summary) })
    }
  }
  if (publications.length === 0) {
    const at = new Date(machine.now()).toISOString()
    const event = {
      type: 'run.progress',
      at,
      teamId,
      run: summary,
      ...workflowOf(machine),
      data: {},
    } as const
    publications.push({ key: `${runId} at ${summary.progress}`, event })
  }
  await liveHub(env.LIVE_HUBS, teamHub(teamId)).publish(publications)
  // An ended run may be one row, which should stay as it is. No event follows its end.
  if (hasEnded(run.state)) passed.set(store, head)
  else store.writeMeta(PUBLISHED, String(head))
}

function summaryOf(machine: RunShell): RunSummary {
  const run = machine.requireRun()
  const view = hideStored(viewRun(run, machine.store, { output: false }), run)
  const { id, status, progress, title, trigger } = view
  const error = view.error as { code: string; message: string; cause?: string; retryable?: boolean } | null
  return { id, status, progress, title, trigger: trigger.type, error: error === null ? null : brief(error) }
}

const brief = (error: {
  code: string
  message: string
  cause?: string
  retryable?: boolean
}): RunEventError => ({
  code: error.code,
  message: error.message,
  ...(error.cause === undefined ? {} : { path: error.cause }),
  ...(error.retryable === undefined ? {} : { retryable: error.retryable }),
})

function workflowOf(machine: RunShell): { workflow?: { id: string; name: string } } {
  const { workflowId, workflowName } = machine.requireRun().spec
  return workflowId === null ? {} : { workflow: { id: workflowId, name: workflowName } }
}

function eventOf(machine: RunShell, event: RunEvent, run: RunSummary): TeamEvent {
  const { type, at, progress: _progress, ...data } = event as RunEvent & Record<string, Json>
  return {
    type: type as 'run.started',
    at,
    teamId: machine.requireRun().spec.teamId,
    run,
    ...workflowOf(machine),
    data,
  }
}
