// The calls of the rest of the Worker to a run. Invariants:
// 1. No method waits for an effect. Methods that wait for an end do so beside the run, with a time limit.
// 2. A terminal run is final: later calls are answered from its records.
// 3. A run whose rows cannot be read says so.
import type { GateMessage } from '../../src/engine/gate.ts'
import { upsertApproval } from '../../src/modules/approvals/index.ts'
import type {
  CarriedOverAnswer,
  Claim,
  ClaimAnswer,
  Standing,
  Undone,
} from '../../src/objects/following-runs.ts'
import type { RunActor } from '../../src/objects/run-spec.ts'
import {
  type ControlAnswer,
  type ControlVerb,
  type Decide,
  type EventPage,
  type NodeDetail,
  type Note,
  type Resolve,
  RUN_UNREADABLE,
  type RunRpc,
  type RunView,
  type Signal,
  type TeamEvent,
} from '../../src/objects/workflow-run.ts'
import { control, decideApproval, note, resolve, signal } from './life/answers.ts'
import { armStart } from './life/begin.ts'
import type { RunMachine } from './machine.ts'
import { gateMessageOf, slotOffered } from './outside/admission/gate.ts'
import { askForSlot } from './outside/admission/slot.ts'
import { reportAllEventWaits, takeEvent } from './outside/event-waits.ts'
import { carriedOverOf, type Follow, outputsOf } from './outside/other-runs/carried-over.ts'
import { type ChildEnd, childEnded } from './outside/other-runs/child.ts'
import { claim, release, standingOf } from './outside/other-runs/claims.ts'
import { recordUndone, undoneBy, undoneHere } from './outside/other-runs/compensated.ts'
import { countDescendant } from './outside/other-runs/family.ts'
import { approvalRow } from './outside/reports/approval-row.ts'
import { reportRun } from './outside/reports/run-report.ts'
import { isInLine } from './rows/stored-slot.ts'
import { connect } from './show/connections.ts'
import { hideStored } from './show/redaction.ts'
import { showEvents, showNode, showOutputs, showRun } from './show/shown.ts'
import { viewNodes } from './show/view.ts'

/** For the gate: newer than any message of a run that was here. */
const GONE: GateMessage = { need: 'gone', seq: Number.MAX_SAFE_INTEGER }

/** If the rows exist and cannot be read, every caller gets the same error, which the module recognizes. */
export function readable(machine: RunMachine): RunMachine {
  const { unreadable } = machine
  if (unreadable !== null) throw new Error(`${RUN_UNREADABLE}: ${unreadable}`)
  return machine
}

/** All calls to a run except its start and its removal. */
export class RunCalls implements Omit<RunRpc, 'start' | 'remove'> {
  readonly #machine: RunMachine

  constructor(machine: RunMachine) {
    this.#machine = machine
  }

  get #readable(): RunMachine {
    return readable(this.#machine)
  }

  async view(include: Parameters<RunRpc['view']>[0], waitMs = 0): Promise<RunView | null> {
    await this.#readable.waitUntil({ waitMs })
    return showRun(this.#machine, include)
  }

  async control(verb: ControlVerb, by: string, actor?: RunActor): Promise<ControlAnswer> {
    return control(this.#readable, verb, by, actor)
  }

  async signal(request: Signal, actor?: RunActor): Promise<ControlAnswer> {
    return signal(this.#readable, request, actor)
  }

  async takeEvent(event: TeamEvent): Promise<boolean> {
    // The run may still wait for the event: returning false would remove its waits from the index.
    return takeEvent(this.#readable, event, (work) => this.#machine.forCaller(work))
  }

  async decide(request: Decide, actor?: RunActor): Promise<ControlAnswer> {
    return decideApproval(this.#readable, request, actor)
  }

  async resolve(request: Resolve, actor?: RunActor): Promise<ControlAnswer> {
    return resolve(this.#readable, request, actor)
  }

  async node(path: string): Promise<NodeDetail | null> {
    return showNode(this.#readable, path)
  }

  async nodes(query: Parameters<RunRpc['nodes']>[0]): ReturnType<RunRpc['nodes']> {
    const { run } = this.#readable
    return run === null ? null : hideStored(viewNodes(run, query), run)
  }

  async events(afterSeq: number, limit: number): Promise<EventPage | null> {
    return showEvents(this.#readable, afterSeq, limit)
  }

  async carriedOver(follow: Follow): Promise<CarriedOverAnswer> {
    return carriedOverOf(this.#readable, follow)
  }

  async claim(request: Claim): Promise<ClaimAnswer> {
    return claim(this.#readable, request)
  }

  async release(mode: Claim['mode'], runId: string): Promise<void> {
    release(this.#machine, mode, runId)
  }

  async standing(): Promise<Standing | null> {
    return standingOf(this.#readable)
  }

  async undoneHere(): Promise<Undone | null> {
    return this.#readable.run === null ? null : undoneHere(this.#machine)
  }

  async undone(): ReturnType<RunRpc['undone']> {
    return undoneBy(this.#readable)
  }

  async recordUndone(runId: string, paths: string[]): Promise<void> {
    recordUndone(this.#machine, runId, paths)
  }

  async outputs(
    paths: string[],
    { shown = false }: { shown?: boolean } = {},
  ): Promise<[path: string, json: string | null][]> {
    return shown ? showOutputs(this.#readable, paths) : outputsOf(this.#readable, paths)
  }

  async childEnded(child: ChildEnd): Promise<void> {
    await childEnded(this.#machine, child)
  }

  async gateOpened(): Promise<GateMessage> {
    if (this.#machine.run !== null) slotOffered(this.#machine)
    return this.gateNeed()
  }

  async gateNeed(): Promise<GateMessage> {
    return this.#machine.run === null ? GONE : gateMessageOf(this.#machine)
  }

  async slotGiven(): Promise<void> {
    const { run, store } = this.#machine
    if (run !== null && isInLine(run, store)) askForSlot(this.#machine)
  }

  async countDescendant(runId: string): Promise<'counted' | 'full' | 'gone'> {
    return countDescendant(this.#readable, runId)
  }

  async uncountDescendant(runId: string): Promise<void> {
    this.#readable.store.removeDescendant(runId)
  }

  async poke(): Promise<void> {
    const machine = this.#readable
    await this.slotGiven()
    await machine.fireDue(() => armStart(machine))
  }

  async report(): Promise<boolean> {
    const { run, store, env } = this.#readable
    if (run === null) return false
    await reportRun(this.#machine)
    for (const { path } of store.readWaits()) {
      const approval = approvalRow(run, store, path)
      if (approval !== null) await upsertApproval(env.DB, approval)
    }
    await reportAllEventWaits(this.#machine)
    return true
  }

  async note(request: Note, actor?: RunActor): ReturnType<RunRpc['note']> {
    return note(this.#readable, request, actor)
  }

  async relayTo(hub: string, teamId: string): Promise<number | null> {
    const { run, relayed } = this.#readable
    return run === null || run.spec.teamId !== teamId ? null : relayed.add(hub)
  }

  async unfollow(ids: string[]): Promise<void> {
    this.#machine.followers.unfollow(ids)
  }

  /** A WebSocket, or a stream of server-sent events. The route has authenticated the caller. */
  async fetch(request: Request): Promise<Response> {
    return connect(this.#readable, request)
  }
}
