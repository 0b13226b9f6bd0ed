// What a run tells others: the index in D1, its parent, its gate, whoever asked to be called back. Invariants:
// 1. A row is written in the turn that made it true and removed after the other side has taken it: told at least once.
// 2. Telling is repeatable: the index takes the newest `seq`, a parent looks at the path it waits with, and so on.
// 3. A side that does not answer is asked again with growing delays, for ever: the alarm holds the next time.
import { derivedId } from '../../src/core/ids.ts'
import type { Json } from '../../src/core/json.ts'
import { tellLetIn } from '../../src/modules/executions/index.ts'
import { flowGate } from '../../src/objects/flow-gate.ts'
import { startersOf, workflowRun } from '../../src/objects/workflow-run.ts'
import { type PostedMessage, postMessages } from '../../src/queue/post.ts'
import { startRow, writeDeed } from './audit.ts'
import { holdChild } from './children.ts'
import { tellEventWaits, tidyEventWaits } from './event-waits.ts'
import { speakToGate } from './gate.ts'
import { approvalRow, projectApproval, projectRun } from './projection.ts'
import { hideStored } from './redaction.ts'
import type { RunShell } from './run-shell.ts'
import { takeSlot } from './slot.ts'
import type { OutboxRow } from './store.ts'
import { readGate } from './stored-gate.ts'
import { projectionOf, viewRun } from './view.ts'

/** A burst of changes is one write: a short run has ended before its first report is due. */
export const PROJECT_DEBOUNCE_MS = 200

/** The message is a row of D1; a larger output is left out, and read from the run by whoever wants it. */
const MOST_CALLBACK_OUTPUT_CHARS = 256 * 1024

const BASE_DELAY_MS = 1_000
const MOST_DELAY_MS = 5 * 60_000

/** Sends what is due; answers when to come back, or null when nothing is left. Never throws. */
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
        now() + Math.min(MOST_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(row.attempts, 10)),
      )
    }
  }
  const left = store.readOutbox()
  return left.length === 0 ? null : Math.min(...left.map((row) => row.nextAt))
}

/** With the first report goes the entry of the audit log that says who has started the run. */
export async function reportRun(machine: RunShell): Promise<void> {
  const run = machine.requireRun()
  const view = projectionOf(run, machine.store)
  const { hasSlot, letIn } = await projectRun(machine.env.DB, view, startRow(run, Number(view.createdAt)))
  if (hasSlot) takeSlot(machine)
  void tellLetIn(machine.env.RUNS, letIn)
}

/** What must be told before a run is forgotten: the rest is of no use to anybody then. Throws when it cannot be. */
export async function tellDeeds(machine: RunShell, alsoStart: boolean): Promise<void> {
  const { store, env } = machine
  if (alsoStart) await reportRun(machine)
  while (machine.run !== null) {
    const next = store.readOutbox().find(({ kind }) => kind === 'audit')
    if (next === undefined) return
    await writeDeed(env.DB, next.body)
    store.removeOutbox(next.id)
  }
}

/** Whether the index has taken the run as it is now, within this time. */
export async function reportsInTime(machine: RunShell, patienceMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs)
  })
  const report = async (): Promise<boolean> => {
    try {
      await reportRun(machine)
      return true
    } catch {
      return false
    }
  }
  try {
    return await Promise.race([report(), patience])
  } finally {
    clearTimeout(timer)
  }
}

/** Part of the terminal turn: whoever must hear of the end is written down with it. */
export function writeFarewell(machine: RunShell): void {
  const run = machine.requireRun()
  const { parent } = run.spec
  const gate = readGate(machine.store)
  if (gate !== null) machine.tell('leave_gate', { name: gate.name })
  if (run.spec.callbackUrl !== undefined) machine.tell('callback', null)
  // A run that handles an error starts no other: two workflows that name each other would never end.
  const handles = run.spec.trigger.type === 'error'
  // A failure that was made up is nobody's concern.
  const isTrial = run.spec.mocks !== undefined
  if (run.spec.errorWorkflowId !== undefined && !handles && !isTrial && run.state.run.status === 'failed') {
    machine.tell('failed', null)
  }
  if (!parent?.wait || parent.path === undefined) return
  machine.tell('parent', { runId: parent.runId, path: parent.path })
}

async function deliver(machine: RunShell, row: OutboxRow): Promise<void> {
  const { env, store } = machine
  const run = machine.requireRun()
  const body = row.body as Record<string, Json>
  switch (row.kind) {
    case 'project':
      await reportRun(machine)
      return
    case 'audit':
      await writeDeed(env.DB, row.body)
      return
    case 'approval': {
      const approval = approvalRow(run, store, String(body.path))
      if (approval !== null) await projectApproval(env.DB, approval)
      return
    }
    case 'event_waits':
      await tellEventWaits(machine, body.paths as string[])
      return
    case 'tidy_event_waits':
      await tidyEventWaits(machine)
      return
    case 'parent': {
      // The result is read now: it may be larger than a row.
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
      await workflowRun(env.RUNS, String(body.runId)).control('cancel', 'parent')
      return
    case 'hold_child':
      await holdChild(machine, String(body.runId))
      return
    case 'callback':
    case 'failed':
      await postMessages(env, [await endMessage(machine, row.kind)], run.spec.requestId, machine.now())
      return
    // The first is the word of runs that were stored by earlier code.
    case 'enter_gate':
    case 'gate':
      await speakToGate(machine)
      return
    case 'leave_gate':
      await flowGate(env.GATES, String(body.name)).leave(run.spec.runId)
      return
    default:
      throw new Error(`An outbox row of the kind ${row.kind}`)
  }
}

/** Told to the world by the queue, which tries for days; the id makes telling it twice harmless. */
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
    const isLarge = JSON.stringify(view.output).length > MOST_CALLBACK_OUTPUT_CHARS
    const body = isLarge ? { ...view, output: null, outputOmitted: true } : view
    return {
      id,
      message: { type: 'run.callback', runId, url: callbackUrl, body: body as unknown as Json as never },
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
