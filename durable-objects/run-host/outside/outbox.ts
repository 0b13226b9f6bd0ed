// Messages of a run to other parts: the index in D1, its parent, its gate, callbacks. Invariants:
// 1. A row is written in the turn that caused it, and deleted after the receiver has accepted it: delivery is at
//    least once.
// 2. Delivery is idempotent: the index keeps the newest `seq`, a parent checks the path that waits, and so on.
// 3. If a receiver does not answer, delivery is retried forever with growing delays. The alarm is set for the next
//    try.
import { derivedId } from '../../../src/core/ids.ts'
import type { Json } from '../../../src/core/json.ts'
import { upsertApproval } from '../../../src/modules/approvals/index.ts'
import { flowGate } from '../../../src/objects/flow-gate.ts'
import { startersOf } from '../../../src/objects/run-spec.ts'
import { workflowRun } from '../../../src/objects/workflow-run.ts'
import { type PostedMessage, postMessages } from '../../../src/queue/post.ts'
import type { OutboxRow } from '../rows/store.ts'
import { readGate } from '../rows/stored-gate.ts'
import type { RunShell } from '../run-shell.ts'
import { hideStored } from '../show/redaction.ts'
import { viewRun } from '../show/view.ts'
import { sendToGate } from './admission/gate.ts'
import { writeAuditEntry } from './audit.ts'
import { removeStaleWaits, reportEventWaits } from './event-waits.ts'
import { holdChild, sendStop } from './other-runs/children.ts'
import { approvalRow } from './reports/approval-row.ts'
import { decisionNotice, failureNotice, successNotice } from './reports/notices.ts'
import { publishRun } from './reports/publish.ts'
import { reportRun } from './reports/run-report.ts'
import { subjectMessage } from './reports/subject.ts'

/** Combines a burst of changes into one round. */
export const SEND_DEBOUNCE_MS = 200

/** The message is a row of D1. A larger output is left out; the receiver can read it from the run. */
const MAX_CALLBACK_OUTPUT_CHARS = 256 * 1024

const BASE_DELAY_MS = 1_000

const MAX_DELAY_MS = 5 * 60_000

/** Sends what is due. Returns the time of the next try, or null if nothing is left. Never throws. */
export async function drainOutbox(machine: RunShell): Promise<number | null> {
  const { store, now } = machine
  for (const row of store.readOutbox()) {
    if (row.nextAt > now()) continue
    try {
      await deliver(machine, row)
      store.removeOutbox(row.id)
    } catch {
      store.delayOutbox(
        row.id,
        now() + Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(row.attempts, 10)),
      )
    }
  }
  const left = store.readOutbox()
  return left.length === 0 ? null : Math.min(...left.map((row) => row.nextAt))
}

/** Sends what must outlast the run before it is deleted. All other messages are useless then. Throws on failure. */
export async function sendAuditEntries(machine: RunShell, alsoStart: boolean): Promise<void> {
  const { store, env } = machine
  if (alsoStart) await reportRun(machine)
  while (machine.run !== null) {
    const next = store.readOutbox().find(({ kind }) => kind === 'audit')
    if (next === undefined) return
    await writeAuditEntry(env.DB, next.body)
    store.removeOutbox(next.id)
  }
}

/** Part of the last turn: writes the messages about the end of the run. */
export function writeEndMessages(machine: RunShell): void {
  const run = machine.requireRun()
  const { parent } = run.spec
  const gate = readGate(machine.store)
  if (gate !== null) machine.enqueue('leave_gate', { name: gate.name })
  if (run.spec.callbackUrl !== undefined) machine.enqueue('callback', null)
  // A run that handles an error starts no other: two workflows that name each other would never end.
  const handles = run.spec.trigger.type === 'error'
  // Nobody needs to know of a mocked failure.
  const isTrial = run.spec.mocks !== undefined
  if (run.spec.errorWorkflowId !== undefined && !handles && !isTrial && run.state.run.status === 'failed') {
    machine.enqueue('failed', null)
  }
  // The deployments module reports failed deployments itself.
  const isOwn = run.spec.kind !== 'deployment'
  if (run.state.run.status === 'failed' && !isTrial && !parent?.wait && isOwn)
    machine.enqueue('notify_failed', null)
  if (subjectMessage(machine) !== null) machine.enqueue('subject_ended', null)
  if (!parent?.wait || parent.path === undefined) return
  machine.enqueue('parent', { runId: parent.runId, path: parent.path })
}

async function deliver(machine: RunShell, row: OutboxRow): Promise<void> {
  const { env, store } = machine
  const run = machine.requireRun()
  const body = row.body as Record<string, Json>
  switch (row.kind) {
    case 'publish':
      await publishRun(machine)
      return
    case 'audit':
      await writeAuditEntry(env.DB, row.body)
      return
    case 'approval': {
      const approval = approvalRow(run, store, String(body.path))
      if (approval === null) return
      await upsertApproval(env.DB, approval)
      await postMessages(env, await decisionNotice(approval), run.spec.requestId, machine.now())
      return
    }
    case 'event_waits':
      await reportEventWaits(machine, body.paths as string[])
      return
    case 'tidy_event_waits':
      await removeStaleWaits(machine)
      return
    case 'parent': {
      // The result is read now, because it may be larger than a row.
      const { status, output, error } = viewRun(run, store, { output: true })
      await workflowRun(env.RUNS, String(body.runId)).childEnded({
        runId: run.spec.runId,
        path: String(body.path),
        status,
        output,
        error,
      })
      return
    }
    case 'cancel_child':
      await sendStop(
        machine,
        { runId: String(body.runId), isStarting: body.isStarting === true },
        row.attempts,
      )
      return
    case 'hold_child':
      await holdChild(machine, String(body.runId))
      return
    case 'callback':
    case 'failed':
      await postMessages(env, [await endMessage(machine, row.kind)], run.spec.requestId, machine.now())
      return
    case 'notify_succeeded':
      await postMessages(env, [await successNotice(run)], run.spec.requestId, machine.now())
      return
    case 'subject_ended': {
      const message = subjectMessage(machine)
      if (message === null) return
      const id = await derivedId('msg', `subject_ended ${run.spec.runId}`)
      await postMessages(env, [{ id, message }], run.spec.requestId, machine.now())
      return
    }
    case 'notify_failed':
      await postMessages(env, [await failureNotice(run)], run.spec.requestId, machine.now())
      return
    // Earlier code wrote `enter_gate`.
    case 'enter_gate':
    case 'gate':
      await sendToGate(machine)
      return
    case 'leave_gate':
      await flowGate(env.GATES, String(body.name)).leave(run.spec.runId)
      return
    default:
      throw new Error(`An outbox row of the kind ${row.kind}`)
  }
}

/** Sent through the queue, which retries for days. The id makes repeating it harmless. */
async function endMessage(machine: RunShell, kind: 'callback' | 'failed'): Promise<PostedMessage> {
  const run = machine.requireRun()
  const { runId, teamId, workflowId, workflowName, callbackUrl = '', errorWorkflowId = '' } = run.spec
  const { startedBy, depth, family } = run.spec
  const {
    teamId: _teamId,
    follows: _follows,
    mode: _mode,
    ...view
  } = hideStored(viewRun(run, machine.store, { output: true }), run)
  const id = await derivedId('msg', `${kind} ${runId}`)
  if (kind === 'callback') {
    const isLarge = JSON.stringify(view.output).length > MAX_CALLBACK_OUTPUT_CHARS
    const body = isLarge ? { ...view, output: null, outputOmitted: true } : view
    return {
      id,
      message: {
        type: 'run.callback',
        runId,
        teamId,
        url: callbackUrl,
        body: body as unknown as Json as never,
      },
    }
  }
  const { error } = view
  return {
    id,
    message: {
      type: 'run.failed',
      teamId,
      runId,
      workflowId,
      workflowName,
      errorWorkflowId,
      error: error as never,
      startedBy,
      starters: startersOf(run.spec),
      ...(depth === undefined ? {} : { depth }),
      ...(family === undefined ? {} : { family }),
    },
  }
}
