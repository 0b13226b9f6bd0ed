// One run, as the rest of the Worker calls it through its host. The machine keeps it going; here is only who may ask what.
// Invariants:
// 1. No method waits for an effect; those that wait for an end do so beside the run, with a time limit.
// 2. A terminal run is final: what comes later is answered from what is recorded.
// 3. A run whose rows cannot be read says so, sets no alarm, and can be removed.
import type { Json } from '../../src/core/json.ts'
import type { GateMessage } from '../../src/engine/gate.ts'
import { hasEnded } from '../../src/engine/model/state.ts'
import { projectApproval } from '../../src/modules/approvals/index.ts'
import {
  type CarriedOverAnswer,
  type Claim,
  type ClaimAnswer,
  type ControlAnswer,
  type ControlVerb,
  type Decide,
  type EventPage,
  type NodeDetail,
  type Note,
  type Resolve,
  RUN_UNREADABLE,
  type RunActor,
  type RunRpc,
  type RunSpec,
  type RunView,
  type Signal,
  type Standing,
  type StartAnswer,
  type StartOptions,
  type TeamEvent,
  type Undone,
} from '../../src/objects/workflow-run.ts'
import { control, decideApproval, note, resolve, signal } from './life/answers.ts'
import { armStart, create, type Refused } from './life/begin.ts'
import { RunMachine } from './machine.ts'
import { approvalRow } from './outside/approval-row.ts'
import { carriedOverOf, type Follow, outputsOf } from './outside/carried-over.ts'
import { type ChildEnd, childEnded } from './outside/child.ts'
import { claim, release, standingOf } from './outside/claims.ts'
import { noteUndone, undoneBy, undoneHere } from './outside/compensated.ts'
import { retellEventWaits, takeEvent } from './outside/event-waits.ts'
import { countDescendant } from './outside/family.ts'
import { gateMessageOf, placeInLine, slotOffered } from './outside/gate.ts'
import { reportRun, sendAuditEntries } from './outside/outbox.ts'
import { askForSlot } from './outside/slot.ts'
import type { RunPlace } from './place.ts'
import { isInLine } from './rows/stored-slot.ts'
import { connect, takeFrame } from './show/connections.ts'
import { viewNode } from './show/node-view.ts'
import { hideSecrets, hideStored } from './show/redaction.ts'
import { viewNodes, viewRun } from './show/view.ts'

/** To the gate: newer than any message of a run that was here. */
const NOT_THERE: GateMessage = { need: 'gone', seq: Number.MAX_SAFE_INTEGER }

/** What the host does with a run as a whole. */
export type HostOfRun = {
  /** Its key starts nothing again. */
  readonly isRemoved: boolean
  remove(forGood: boolean): Promise<void>
}

export class HostedRun implements RunRpc {
  readonly n: number
  readonly place: RunPlace
  /** When somebody last asked something of it. */
  touchedAt: number
  readonly #machine: RunMachine
  readonly #host: HostOfRun
  /** Two starts that meet while the first asks its gate are one start. */
  #starting: Promise<Refused | null> | null = null
  /** Calls under way. Each may wait for something, and needs the run in memory afterwards. */
  #calls = 0

  constructor(n: number, place: RunPlace, host: HostOfRun) {
    this.n = n
    this.place = place
    this.touchedAt = place.now()
    this.#host = host
    this.#machine = new RunMachine(place)
  }

  get machine(): RunMachine {
    return this.#machine
  }

  /** Nothing of it is under way that memory alone knows of. */
  get isAtRest(): boolean {
    return this.#calls === 0 && this.#starting === null && this.#machine.isAtRest
  }

  /** Keeps the run in memory until the work is done. */
  async serve<T>(work: () => Promise<T>): Promise<T> {
    this.#calls++
    try {
      return await work()
    } finally {
      this.#calls--
      this.touchedAt = this.place.now()
    }
  }

  /** It is stored. */
  load(): void {
    this.#machine.wake(() => armStart(this.#machine))
  }

  async alarm(): Promise<void> {
    await this.#machine.alarm(() => armStart(this.#machine))
  }

  async start(spec: RunSpec, options: StartOptions = {}): Promise<StartAnswer> {
    this.#requireReadable()
    const machine = this.#machine
    if (this.#host.isRemoved) return { ok: false, reason: 'removed' }
    const created = machine.run === null && this.#starting === null
    if (created) this.#starting = create(machine, spec)
    try {
      const refused = await this.#starting
      if (refused !== null) return refused
    } finally {
      if (created) this.#starting = null
    }
    const run = machine.requireRun()
    if (!created && run.spec.requestHash !== spec.requestHash) return { ok: false, reason: 'mismatch' }
    await machine.waitUntil(options)
    const view = viewRun(run, machine.store, { nodes: true })
    // A parent that waits goes on with what the run gives.
    const shown = spec.parent?.wait ? view : hideStored(view, run)
    return { ok: true, created, run: shown, answer: machine.answer }
  }

  async view(include: Parameters<RunRpc['view']>[0], waitMs = 0): Promise<RunView | null> {
    this.#requireReadable()
    await this.#machine.waitUntil({ waitMs })
    const { run, store } = this.#machine
    if (run === null) return null
    const full = viewRun(run, store, include)
    const view = include.raw ? full : hideStored(full, run)
    const inLine = view.waitingFor.some(({ kind }) => kind === 'slot')
    const place = inLine ? await placeInLine(this.#machine) : null
    if (place === null) return view
    const waitingFor = view.waitingFor.map((wait) =>
      wait.kind === 'slot' ? { ...wait, detail: { place } } : wait,
    )
    return { ...view, waitingFor }
  }

  async control(verb: ControlVerb, by: string, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return control(this.#machine, verb, by, who)
  }

  async signal(request: Signal, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return signal(this.#machine, request, who)
  }

  async takeEvent(event: TeamEvent): Promise<boolean> {
    // It may still wait for the event: a no would take its waits from the index.
    this.#requireReadable()
    return takeEvent(this.#machine, event, (work) => this.#machine.said(work))
  }

  async decide(request: Decide, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return decideApproval(this.#machine, request, who)
  }

  async resolve(request: Resolve, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return resolve(this.#machine, request, who)
  }

  async node(path: string): Promise<NodeDetail | null> {
    this.#requireReadable()
    const { run, store, now } = this.#machine
    const node = run === null ? null : viewNode(run, store, path, now())
    if (run === null || node === null) return null
    return hideSecrets(node as unknown as Json, run.spec) as unknown as NodeDetail
  }

  async nodes(query: Parameters<RunRpc['nodes']>[0]): ReturnType<RunRpc['nodes']> {
    this.#requireReadable()
    const { run } = this.#machine
    return run === null ? null : hideStored(viewNodes(run, query), run)
  }

  async events(afterSeq: number, limit: number): Promise<EventPage | null> {
    this.#requireReadable()
    const { run, live } = this.#machine
    if (run === null) return null
    const events = live.page(afterSeq, limit)
    const lastSeq = events.at(-1)?.seq ?? afterSeq
    return { events, lastSeq, headSeq: live.headSeq(), ended: hasEnded(run.state) }
  }

  async carriedOver(follow: Follow): Promise<CarriedOverAnswer> {
    this.#requireReadable()
    return carriedOverOf(this.#machine, follow)
  }

  async claim(request: Claim): Promise<ClaimAnswer> {
    this.#requireReadable()
    return claim(this.#machine, request)
  }

  async release(mode: Claim['mode'], runId: string): Promise<void> {
    release(this.#machine, mode, runId)
  }

  async standing(): Promise<Standing | null> {
    this.#requireReadable()
    return standingOf(this.#machine)
  }

  async undoneHere(): Promise<Undone | null> {
    this.#requireReadable()
    return this.#machine.run === null ? null : undoneHere(this.#machine)
  }

  async undone(): ReturnType<RunRpc['undone']> {
    this.#requireReadable()
    return undoneBy(this.#machine)
  }

  async noteUndone(runId: string, paths: string[]): Promise<void> {
    noteUndone(this.#machine, runId, paths)
  }

  async outputs(
    paths: string[],
    { shown = false }: { shown?: boolean } = {},
  ): Promise<[path: string, json: string | null][]> {
    this.#requireReadable()
    const outputs = outputsOf(this.#machine, paths)
    if (!shown) return outputs
    const run = this.#machine.requireRun()
    const hidden = (json: string) => JSON.stringify(hideStored(JSON.parse(json), run))
    return outputs.map(([path, json]) => [path, json === null ? null : hidden(json)])
  }

  async childEnded(child: ChildEnd): Promise<void> {
    await childEnded(this.#machine, child)
  }

  async gateOpened(): Promise<GateMessage> {
    if (this.#machine.run !== null) slotOffered(this.#machine)
    return this.gateNeed()
  }

  async gateNeed(): Promise<GateMessage> {
    return this.#machine.run === null ? NOT_THERE : gateMessageOf(this.#machine)
  }

  async slotGiven(): Promise<void> {
    const { run, store } = this.#machine
    if (run !== null && isInLine(run, store)) askForSlot(this.#machine)
  }

  async countDescendant(runId: string): Promise<'counted' | 'full' | 'gone'> {
    this.#requireReadable()
    return countDescendant(this.#machine, runId)
  }

  async uncountDescendant(runId: string): Promise<void> {
    this.#requireReadable()
    this.#machine.store.removeDescendant(runId)
  }

  async poke(): Promise<void> {
    this.#requireReadable()
    await this.slotGiven()
    await this.#machine.fireDue(() => armStart(this.#machine))
  }

  async report(): Promise<boolean> {
    this.#requireReadable()
    const { run, store, env } = this.#machine
    if (run === null) return false
    await reportRun(this.#machine)
    for (const { path } of store.readWaits()) {
      const approval = approvalRow(run, store, path)
      if (approval !== null) await projectApproval(env.DB, approval)
    }
    await retellEventWaits(this.#machine)
    return true
  }

  async note(request: Note, actor?: RunActor): ReturnType<RunRpc['note']> {
    this.#requireReadable()
    return note(this.#machine, request, actor)
  }

  async relayTo(hub: string, teamId: string): Promise<number | null> {
    this.#requireReadable()
    const { run, relayed } = this.#machine
    return run === null || run.spec.teamId !== teamId ? null : relayed.add(hub)
  }

  async unfollow(ids: string[]): Promise<void> {
    this.#machine.followers.unfollow(ids)
  }

  async remove({ forGood = false }: { forGood?: boolean } = {}): Promise<void> {
    // Only a run that somebody has just deleted may not have reported at all: the others are known by their row.
    if (this.#machine.run !== null) await sendAuditEntries(this.#machine, forGood)
    this.#machine.forget(true)
    this.#machine.followers.endAll(1000, 'deleted')
    await this.#host.remove(forGood)
  }

  /** Its rows are there and cannot be read: said in the same words to whoever asks, so that it is known for what it is. */
  #requireReadable(): void {
    const { unreadable } = this.#machine
    if (unreadable !== null) throw new Error(`${RUN_UNREADABLE}: ${unreadable}`)
  }

  /** A WebSocket, or a stream of server-sent events. The route has checked who asks. */
  async fetch(request: Request): Promise<Response> {
    this.#requireReadable()
    return connect(this.#machine, request)
  }

  webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    takeFrame(this.#machine, socket, message)
  }

  webSocketError(socket: WebSocket): void {
    this.#machine.followers.closed(socket)
  }

  webSocketClose(socket: WebSocket, code: number): void {
    this.#machine.followers.closed(socket)
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }
}
