// The report of one run to the index, and what follows from the answer.
import type { Env } from '../../../../src/env.ts'
import {
  applyRunReports,
  type Reported,
  type RunReport,
  wakeAdmitted,
} from '../../../../src/modules/runs/index.ts'
import { taskDesk } from '../../../../src/objects/task-desk.ts'
import type { RunShell } from '../../run-shell.ts'
import { projectionOf } from '../../show/view.ts'
import type { Run } from '../../turn/scope.ts'
import { takeSlot } from '../admission/slot.ts'
import { startRow } from '../audit.ts'
import { skipPublishing } from './publish.ts'
import { notifyWebhooks } from './webhooks.ts'

/** How long after the end a success is still reported. */
const NEWS_MS = 60 * 60_000

/** Reports one run immediately. The host reports its runs in groups. */
export async function reportRun(machine: RunShell): Promise<void> {
  const { teamId } = machine.requireRun().spec
  const reported = await applyRunReports(machine.env.DB, [reportOf(machine)])
  takeReported(machine, reported)
  notifyOthers(machine.env, teamId, reported)
}

/** Notifies the other parts that a report of a team's runs affects. */
export function notifyOthers(env: Env, teamId: string, { admitted, hasWebhooks, hasTasks }: Reported): void {
  void wakeAdmitted(env.RUNS, admitted)
  if (hasTasks)
    void taskDesk(env.TASK_DESKS, teamId)
      .wake(teamId)
      .catch(() => undefined)
  if (hasWebhooks) void notifyWebhooks(env, teamId)
}

/** The first report carries the entry of the audit log for the start. */
export function reportOf(machine: RunShell): RunReport {
  const run = machine.requireRun()
  const view = projectionOf(run, machine.store)
  return { view, started: startRow(run, Number(view.createdAt)) }
}

/** The index has accepted the report. A queued run may have a slot now, and the team may have followers. */
export function takeReported(machine: RunShell, { inSlot, isFollowed, awaited }: Reported): void {
  const { run } = machine
  if (run === null) return
  if (awaited.has(run.spec.runId) && isNews(run, machine.now())) machine.enqueue('notify_succeeded', null)
  if (inSlot.has(run.spec.runId)) takeSlot(machine)
  if (isFollowed) machine.enqueue('publish', null)
  else skipPublishing(machine)
}

/** False for an old run that is only reported again. */
const isNews = ({ spec, state }: Run, now: number): boolean =>
  !spec.parent?.wait && spec.mocks === undefined && now - (state.run.finishedAt ?? 0) < NEWS_MS
