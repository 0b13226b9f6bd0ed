// The consequences of a turn. Invariants:
// 1. Messages to other parts are written with the turn, in the same transaction.
// 2. Effects start, and followers get events, after the last write of the turn. If it is rolled back, nothing of this
//    happens.
import { progress } from '../../../src/engine/read/view.ts'
import { followGate } from '../outside/admission/gate.ts'
import { collectIntoFile } from '../outside/offload.ts'
import { checkChild } from '../outside/other-runs/child.ts'
import { followPause, stopChildren } from '../outside/other-runs/children.ts'
import { SEND_DEBOUNCE_MS, writeEndMessages } from '../outside/outbox.ts'
import type { Reports } from '../outside/reports/reports.ts'
import type { effectsOf } from '../ports/run-effects.ts'
import type { RunShell } from '../run-shell.ts'
import type { Waiters } from '../show/waiters.ts'
import type { TurnResult } from '../turn/open-turn.ts'
import { restMs } from '../turn/work.ts'
import type { RunAlarm } from './alarm.ts'
import type { Crashes } from './crashes.ts'
import type { Detached } from './detached.ts'
import type { Steps } from './steps.ts'

/** A running run reports this much progress, at most this often. */
const PROGRESS_STEP = 10
const PROGRESS_INTERVAL_MS = 5_000

export type TurnParts = {
  readonly alarm: RunAlarm
  readonly crashes: Crashes
  readonly detached: Detached
  readonly effects: ReturnType<typeof effectsOf>
  readonly reports: Reports
  readonly steps: Steps
  readonly waiters: Waiters
}

/** Lists show the progress of a run, so the run also reports from time to time while its status stays the same. */
export class Progress {
  readonly #machine: RunShell
  #reported = { progress: 0, at: 0 }

  constructor(machine: RunShell) {
    this.#machine = machine
  }

  isBehind(percent: number): boolean {
    const { progress: last, at } = this.#reported
    return percent - last >= PROGRESS_STEP && this.#machine.now() - at >= PROGRESS_INTERVAL_MS
  }

  wasReported(): void {
    const { plan, state } = this.#machine.requireRun()
    this.#reported = { progress: progress(plan, state), at: this.#machine.now() }
  }
}

/** Part of the turn. `wasPaused` is the state before it. */
export function followTurn(
  machine: RunShell,
  parts: TurnParts,
  result: TurnResult,
  { wasPaused, isBehind }: { wasPaused: boolean; isBehind: boolean },
): void {
  if (result.ended) parts.crashes.clearAll()
  stopChildren(machine, result)
  if (result.ended) writeEndMessages(machine)
  else followPause(machine, wasPaused, result.events)
  if (result.projects || isBehind) machine.project()
  if (result.hasMessages) machine.scheduleDrain(SEND_DEBOUNCE_MS)
  const startsWork =
    result.largeOutput !== null ||
    [result.effects, result.later, result.large, result.resumes].some(({ length }) => length > 0)
  if (result.events.length > 0 || startsWork) parts.alarm.rearm(startsWork)
  machine.afterWrites(() => startWork(machine, parts, result))
  if (result.ended) parts.reports.sendPending()
  else if (result.events.length > 0) followGate(machine)
}

function startWork(
  machine: RunShell,
  { effects, detached, steps, waiters }: TurnParts,
  result: TurnResult,
): void {
  for (const { path, attempt } of result.cancels) effects.cancel(path, attempt)
  for (const effect of result.effects) effects.start(effect)
  for (const { path, attempt } of result.resumes)
    void detached.do(() => checkChild(machine, path, attempt)).catch(() => undefined)
  for (const fact of result.large) machine.takeLarge(fact)
  const { largeOutput } = result
  if (largeOutput !== null) void detached.do(() => collectIntoFile(machine, largeOutput))
  steps.later(result.later, restMs(machine.requireRun()))
  if (result.events.length > 0) {
    machine.live.publish(result.publicEvents)
    waiters.look()
  }
  if (result.ended) machine.live.endFollowers()
}
