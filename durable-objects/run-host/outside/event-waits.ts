// Waits for events of the team, and the events that come to this run. Invariants:
// 1. No event is missed: the row of a wait is in D1 before the run looks there for what came since the wait began, and an
//    event is in D1 before anybody looks for rows. Whichever is committed second sees the other.
// 2. Only what came while a wait was open may end it, and every wait that takes an event is ended by it. An event that
//    none takes leaves no trace; of one that was taken the id is kept, so it counts once.
// 3. An event that was accepted before a wait's timeout wins, however late it is delivered: before a timeout is recorded
//    the run asks for such events. Once it is recorded it stays.
// 4. Rows are written from the outbox, one report after the other, as the state is at that moment.
import { setTimeout as pause } from 'node:timers/promises'
import type { Json } from '../../../src/core/json.ts'
import { waitersFor } from '../../../src/engine/advance/waiters.ts'
import { hasEnded } from '../../../src/engine/model/state.ts'
import {
  dataOfEvent,
  eventsSince,
  type FoundEvent,
  undeliveredSince,
} from '../../../src/modules/events/index.ts'
import { type OpenWait, removeAllWaits, removeWaits, writeWaits } from '../../../src/modules/runs/index.ts'
import type { TeamEvent } from '../../../src/objects/workflow-run.ts'
import type { RunShell } from '../run-shell.ts'
import { isEventWait } from '../turn/outcome.ts'
import type { Run } from '../turn/scope.ts'
import { answerEvent } from '../turn/waits.ts'

/** So many filters are asked at once; timers, sockets and a cancel come between. */
const WAITS_AT_ONCE = 256
/** Rows to a statement. */
const PATHS_A_REPORT = 500

/** False when there is no run of this team here. */
export async function takeEvent(
  machine: RunShell,
  event: TeamEvent,
  together: RunShell['atomically'] = (work) => machine.atomically(work),
): Promise<boolean> {
  if (machine.run?.spec.teamId !== event.teamId) return false
  if (machine.store.hasEvent(event.id)) return true
  const paths = waitersFor(machine.run.state, event.name)
  if (paths.length === 0) tidyLater(machine)
  let taken = false
  for (let at = 0; at < paths.length; at += WAITS_AT_ONCE) {
    if (at > 0) await pause(0)
    if (machine.run === null) return true
    together(() => {
      // Each by itself: what one comes to may be the end of the next.
      for (const path of paths.slice(at, at + WAITS_AT_ONCE)) {
        const fact = answerEvent(machine.shell, path, event, machine.now())
        if (fact !== null && machine.feed([fact]).accepted) taken = true
      }
      if (taken && at + WAITS_AT_ONCE >= paths.length) machine.store.writeEventId(event.id)
    })
  }
  return true
}

/** The index sends events to a run that waits for none of the kind: a row of it may be left over. */
function tidyLater(machine: RunShell): void {
  const isTold = machine.store.readOutbox().some(({ kind }) => kind.endsWith('event_waits'))
  if (!isTold) machine.tell('tidy_event_waits', null)
}

/** Writes down which of these waits are open and which are over, then looks for what came since the open ones began. */
export async function tellEventWaits(machine: RunShell, paths: readonly string[]): Promise<void> {
  const { spec, state } = machine.requireRun()
  const d1 = machine.env.DB
  if (hasEnded(state)) return removeAllWaits(d1, spec.runId)
  for (let at = 0; at < paths.length; at += PATHS_A_REPORT) {
    const part = paths.slice(at, at + PATHS_A_REPORT)
    const open = openWaits(machine.requireRun(), part)
    const isOpen = new Set(open.map(({ path }) => path))
    const over = part
      .filter((path) => !isOpen.has(path))
      .map((path) => ({ path, attempt: state.activations.get(path)?.attempt ?? 0 }))
    await writeWaits(d1, spec, { open, over })
    await takeAll(machine, open, eventsSince(d1, spec.teamId, open))
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
    const data = JSON.parse(text ?? (await dataOfEvent(d1, teamId, id))) as Json
    await takeEvent(machine, { teamId, id, name, at, data })
    if (machine.run === null || openWaits(machine.run, paths).length === 0) return
  }
}

/** Whether this wait may be ended by an event: then its timeout asks first. */
export const awaitsEvent = (run: Run, path: string): boolean => openWaits(run, [path]).length > 0

/**
 * Before a wait's timeout is recorded: takes the events that were accepted by then and have not come here yet. Either they
 * are on their way, or the index does not name the wait yet, and nobody sends them.
 */
export async function takeEarlier(machine: RunShell, path: string): Promise<void> {
  const run = machine.requireRun()
  const waits = openWaits(run, [path])
  const since = waits[0]?.since
  if (since === undefined) return
  const d1 = machine.env.DB
  const { teamId } = run.spec
  const isUntold = machine.store.readOutbox().some(({ kind }) => kind === 'event_waits')
  const events = isUntold ? eventsSince(d1, teamId, waits) : undeliveredSince(d1, teamId, since)
  await takeAll(machine, waits, events)
}

/** Removes whatever the index still has of waits that are over. */
export async function tidyEventWaits(machine: RunShell): Promise<void> {
  const run = machine.requireRun()
  const d1 = machine.env.DB
  if (hasEnded(run.state)) return removeAllWaits(d1, run.spec.runId)
  const except = allOpen(run).map(({ path }) => path)
  await removeWaits(d1, run.spec.runId, { except, before: machine.now() })
}

/** For an index that was set back. Through the outbox, so that these reports stand in line with all others. */
export async function retellEventWaits(machine: RunShell): Promise<void> {
  const run = machine.requireRun()
  if (hasEnded(run.state)) return removeAllWaits(machine.env.DB, run.spec.runId)
  const paths = allOpen(run).map(({ path }) => path)
  machine.tell('tidy_event_waits', null)
  if (paths.length > 0) machine.tell('event_waits', { paths })
}

/** Waits that were begun by code which did not know of the index. */
export function listUnlisted(machine: RunShell): void {
  const run = machine.requireRun()
  if (run.state.waiters.size === 0) return
  const open = new Set(allOpen(run).map(({ path }) => path))
  const unlisted = machine.store.readWaits().filter(({ path, listed }) => !listed && open.has(path))
  if (unlisted.length === 0) return
  for (const wait of unlisted) machine.store.writeWait({ ...wait, listed: true })
  machine.tell('event_waits', { paths: unlisted.map(({ path }) => path) })
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
