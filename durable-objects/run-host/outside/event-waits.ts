// Waits for events of the team, and events that are delivered to this run. Invariants:
// 1. No event is missed: the row of a wait is in D1 before the run looks there for events since the wait began, and
//    an event is in D1 before its sender looks for rows. So the one that commits second sees the other.
// 2. Only an event that came while a wait was open can end it, and an event ends every wait that accepts it. An event
//    that no wait accepts leaves no trace. The id of an accepted event is kept, so it counts once.
// 3. An event that was accepted before a wait's timeout wins, even if it is delivered later: before the run records a
//    timeout, it looks for such events. A recorded timeout is final.
// 4. Rows are written from the outbox, one report after another, with the state at that moment.
import { setTimeout as pause } from 'node:timers/promises'
import type { Json } from '../../../src/core/json.ts'
import { waitersFor } from '../../../src/engine/advance/waiters.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import {
  type FoundEvent,
  findEventData,
  findEventsSince,
  findUndeliveredSince,
} from '../../../src/modules/events/index.ts'
import { deleteAllWaits, deleteWaits, type OpenWait, updateWaits } from '../../../src/modules/runs/index.ts'
import type { TeamEvent } from '../../../src/objects/workflow-run.ts'
import type { RunShell } from '../run-shell.ts'
import { isEventWait } from '../turn/outcome.ts'
import type { Run } from '../turn/scope.ts'
import { answerEvent } from '../turn/waits.ts'

/** How many filters are evaluated in one block. Timers, sockets and a cancel are handled in between. */
const WAITS_AT_ONCE = 256
/** Rows per statement. */
const PATHS_PER_REPORT = 500

/** False if the team has no such run here. */
export async function takeEvent(
  machine: RunShell,
  event: TeamEvent,
  together: RunShell['atomically'] = (work) => machine.atomically(work),
): Promise<boolean> {
  if (machine.run?.spec.teamId !== event.teamId) return false
  if (machine.store.hasEvent(event.id)) return true
  const paths = waitersFor(machine.run.state, event.name)
  if (paths.length === 0) scheduleCleanup(machine)
  let taken = false
  for (let at = 0; at < paths.length; at += WAITS_AT_ONCE) {
    if (at > 0) await pause(0)
    // The sender tries again. Waits that have the event do not take it twice.
    if (machine.run === null) throw new Error('The run left memory while it took an event')
    together(() => {
      // One at a time, because the outcome of one may end the next.
      for (const path of paths.slice(at, at + WAITS_AT_ONCE)) {
        const fact = answerEvent(machine.shell, path, event, machine.now())
        if (fact !== null && machine.feed([fact]).accepted) taken = true
      }
      if (taken && at + WAITS_AT_ONCE >= paths.length) machine.store.writeEventId(event.id)
    })
  }
  return true
}

/** The index sends events to a run that has no such wait, so it may have an outdated row. */
function scheduleCleanup(machine: RunShell): void {
  const isScheduled = machine.store.readOutbox().some(({ kind }) => kind.endsWith('event_waits'))
  if (!isScheduled) machine.enqueue('tidy_event_waits', null)
}

/** Writes which of these waits are open and which are over, then looks for events since the open ones began. */
export async function reportEventWaits(machine: RunShell, paths: readonly string[]): Promise<void> {
  const { spec, state } = machine.requireRun()
  const d1 = machine.env.DB
  if (hasEnded(state)) return deleteAllWaits(d1, spec.runId)
  for (let at = 0; at < paths.length; at += PATHS_PER_REPORT) {
    const part = paths.slice(at, at + PATHS_PER_REPORT)
    const open = openWaits(machine.requireRun(), part)
    const isOpen = new Set(open.map(({ path }) => path))
    const over = part
      .filter((path) => !isOpen.has(path))
      .map((path) => ({ path, attempt: state.activations.get(path)?.attempt ?? 0 }))
    await updateWaits(d1, spec, { open, over })
    await takeAll(machine, open, findEventsSince(d1, spec.teamId, open))
    if (machine.run === null) return
  }
}

async function takeAll(
  machine: RunShell,
  waits: OpenWait[],
  events: AsyncIterable<FoundEvent>,
): Promise<void> {
  const { teamId } = machine.requireRun().spec
  const paths = waits.map(({ path }) => path)
  const d1 = machine.env.DB
  for await (const { id, name, at, data: text } of events) {
    if (machine.run === null) return
    if (waitersFor(machine.run.state, name).length === 0) continue
    const data = JSON.parse(text ?? (await findEventData(d1, teamId, id))) as Json
    await takeEvent(machine, { teamId, id, name, at, data })
    if (machine.run === null || openWaits(machine.run, paths).length === 0) return
  }
}

/** Whether an event can end this wait. If so, its timeout looks for events first. */
export const awaitsEvent = (run: Run, path: string): boolean => openWaits(run, [path]).length > 0

/**
 * Before the timeout of a wait is recorded: takes events that were accepted by then and are not here yet. Either they
 * are on their way, or the index does not have the wait yet, and they are not sent.
 */
export async function takeEarlier(machine: RunShell, path: string): Promise<void> {
  const run = machine.requireRun()
  const waits = openWaits(run, [path])
  const since = waits[0]?.since
  if (since === undefined) return
  const d1 = machine.env.DB
  const { teamId } = run.spec
  const isReportPending = machine.store.readOutbox().some(({ kind }) => kind === 'event_waits')
  const events = isReportPending
    ? findEventsSince(d1, teamId, waits)
    : findUndeliveredSince(d1, teamId, since)
  await takeAll(machine, waits, events)
}

/** Removes rows of the index for waits that are over. */
export async function removeStaleWaits(machine: RunShell): Promise<void> {
  const run = machine.requireRun()
  const d1 = machine.env.DB
  if (hasEnded(run.state)) return deleteAllWaits(d1, run.spec.runId)
  const except = allOpen(run).map(({ path }) => path)
  await deleteWaits(d1, run.spec.runId, { except, before: machine.now() })
}

/**
 * For an index that was restored from a backup. Uses the outbox, so that these reports keep their order among the
 * others.
 */
export async function reportAllEventWaits(machine: RunShell): Promise<void> {
  const run = machine.requireRun()
  if (hasEnded(run.state)) return deleteAllWaits(machine.env.DB, run.spec.runId)
  const paths = allOpen(run).map(({ path }) => path)
  machine.enqueue('tidy_event_waits', null)
  if (paths.length > 0) machine.enqueue('event_waits', { paths })
}

/** Waits of code that did not have the index yet. */
export function listMissingWaits(machine: RunShell): void {
  const run = machine.requireRun()
  if (run.state.waiters.size === 0) return
  const open = new Set(allOpen(run).map(({ path }) => path))
  const missing = machine.store.readWaits().filter(({ path, listed }) => !listed && open.has(path))
  if (missing.length === 0) return
  for (const wait of missing) machine.store.writeWait({ ...wait, listed: true })
  machine.enqueue('event_waits', { paths: missing.map(({ path }) => path) })
}

const allOpen = (run: Run): OpenWait[] =>
  openWaits(
    run,
    [...run.state.waiters.values()].flatMap((paths) => [...paths]),
  )

function openWaits({ state }: Run, paths: readonly string[]): OpenWait[] {
  return paths.flatMap((path) => {
    const activation = state.activations.get(path)
    if (activation?.status !== 'waiting' || !isEventWait(activation.wait)) return []
    const { attempt, since, wait } = activation
    return [{ path, attempt, since, name: wait.name }]
  })
}
