// One run, as the rest of the Worker calls it. The machine keeps it going; here is only who may say what. Invariants:
// 1. After an eviction or a crash the constructor loads the run and takes up what its state still asks for.
// 2. No method waits for an effect; those that wait for an end do so beside the run, with a time limit.
// 3. A terminal run is final: what comes later is answered from what is recorded.
// 4. An object whose rows cannot be read is up all the same: it says so, sets no alarm, and can be removed.
import { DurableObject } from 'cloudflare:workers'
import type { Json } from '../../src/core/json.ts'
import type { GateWord } from '../../src/engine/gate.ts'
import { hasEnded } from '../../src/engine/state.ts'
import type { Env } from '../../src/env.ts'
import type { FollowerRights } from '../../src/modules/executions/index.ts'
import {
  type Claim,
  type ClaimAnswer,
  type ControlAnswer,
  type ControlVerb,
  type Decide,
  type EventPage,
  type LegacyAnswer,
  type NodeDetail,
  type Resolve,
  RUN_UNREADABLE,
  type RunActor,
  type RunSpec,
  type RunView,
  type Signal,
  type Standing,
  type StartAnswer,
  type StartOptions,
  type TeamEvent,
  type Undone,
  type WorkflowRunRpc,
} from '../../src/objects/workflow-run.ts'
import { control, decideApproval, resolve, signal } from './answers.ts'
import { armStart, create, type Refused } from './begin.ts'
import { type ChildEnd, childEnded } from './child.ts'
import { claim, release, standingOf } from './claims.ts'
import { noteUndone, undoneBy, undoneHere } from './compensated.ts'
import { retellEventWaits, takeEvent } from './event-waits.ts'
import { countDescendant } from './family.ts'
import { placeInLine, slotOffered, wordOf } from './gate.ts'
import { type Follow, legacyOf, outputsOf } from './legacy.ts'
import { RunMachine } from './machine.ts'
import { viewNode } from './node-view.ts'
import { reportRun, tellDeeds } from './outbox.ts'
import { approvalRow, projectApproval } from './projection.ts'
import { hideSecrets, hideStored } from './redaction.ts'
import { askForSlot } from './slot.ts'
import { isInLine } from './stored-slot.ts'
import { eventStream } from './stream.ts'
import { viewNodes, viewRun } from './view.ts'

/** What is left of a run that somebody has deleted: its key starts nothing under the old id. */
const REMOVED = 'removed'

/** To the gate: newer than any word of a run that was here. */
const NOT_THERE: GateWord = { wish: 'gone', word: Number.MAX_SAFE_INTEGER }

const MOST_FRAME_CHARS = 65_536

export class WorkflowRun extends DurableObject<Env> implements WorkflowRunRpc {
  readonly #machine: RunMachine
  /** Two starts that meet while the first asks its gate are one start. */
  #starting: Promise<Refused | null> | null = null

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#machine = new RunMachine(state, env)
    this.#machine.wake(() => armStart(this.#machine))
  }

  async start(spec: RunSpec, options: StartOptions = {}): Promise<StartAnswer> {
    this.#requireReadable()
    const machine = this.#machine
    if (this.ctx.storage.kv.get(REMOVED) !== undefined) return { ok: false, reason: 'removed' }
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

  async view(include: Parameters<WorkflowRunRpc['view']>[0], waitMs = 0): Promise<RunView | null> {
    this.#requireReadable()
    await this.#machine.waitUntil({ waitMs })
    const { run, store } = this.#machine
    if (run === null) return null
    const whole = viewRun(run, store, include)
    const view = include.raw ? whole : hideStored(whole, run)
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

  async signal(word: Signal, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return signal(this.#machine, word, who)
  }

  async takeEvent(event: TeamEvent): Promise<boolean> {
    // It may still wait for the event: a no would take its waits from the index.
    this.#requireReadable()
    return takeEvent(this.#machine, event)
  }

  async decide(word: Decide, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return decideApproval(this.#machine, word, who)
  }

  async resolve(word: Resolve, who?: RunActor): Promise<ControlAnswer> {
    this.#requireReadable()
    return resolve(this.#machine, word, who)
  }

  async node(path: string): Promise<NodeDetail | null> {
    this.#requireReadable()
    const { run, store, now } = this.#machine
    const node = run === null ? null : viewNode(run, store, path, now())
    if (run === null || node === null) return null
    return hideSecrets(node as unknown as Json, run.spec) as unknown as NodeDetail
  }

  async nodes(query: Parameters<WorkflowRunRpc['nodes']>[0]): ReturnType<WorkflowRunRpc['nodes']> {
    this.#requireReadable()
    const { run } = this.#machine
    return run === null ? null : hideStored(viewNodes(run, query), run)
  }

  async events(afterSeq: number, limit: number): Promise<EventPage | null> {
    this.#requireReadable()
    const { run, live } = this.#machine
    if (run === null) return null
    const events = live.page(afterSeq, limit)
    const lastSeq = (events.at(-1) as { seq: number } | undefined)?.seq ?? afterSeq
    return { events, lastSeq, headSeq: live.headSeq(), ended: hasEnded(run.state) }
  }

  async legacy(follow: Follow): Promise<LegacyAnswer> {
    this.#requireReadable()
    return legacyOf(this.#machine, follow)
  }

  async claim(word: Claim): Promise<ClaimAnswer> {
    this.#requireReadable()
    return claim(this.#machine, word)
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

  async undone(): ReturnType<WorkflowRunRpc['undone']> {
    this.#requireReadable()
    return undoneBy(this.#machine)
  }

  async noteUndone(runId: string, paths: string[]): Promise<void> {
    noteUndone(this.#machine, runId, paths)
  }

  async outputs(paths: string[]): Promise<[path: string, json: string | null][]> {
    this.#requireReadable()
    return outputsOf(this.#machine, paths)
  }

  async childEnded(child: ChildEnd): Promise<void> {
    await childEnded(this.#machine, child)
  }

  async gateOpened(): Promise<GateWord> {
    if (this.#machine.run !== null) slotOffered(this.#machine)
    return this.gateWish()
  }

  async gateWish(): Promise<GateWord> {
    return this.#machine.run === null ? NOT_THERE : wordOf(this.#machine)
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

  async unfollow(ids: string[]): Promise<void> {
    this.#machine.followers.unfollow(ids)
  }

  async remove({ forGood = false }: { forGood?: boolean } = {}): Promise<void> {
    // Only a run that somebody has just deleted may not have reported at all: the others are known by their row.
    if (this.#machine.run !== null) await tellDeeds(this.#machine, forGood)
    this.#machine.forget()
    this.#machine.followers.endAll(1000, 'deleted')
    await this.ctx.storage.deleteAll()
    if (forGood) this.ctx.storage.kv.put(REMOVED, true)
  }

  /** Its rows are there and cannot be read: said in the same words to whoever asks, so that it is known for what it is. */
  #requireReadable(): void {
    const { unreadable } = this.#machine
    if (unreadable !== null) throw new Error(`${RUN_UNREADABLE}: ${unreadable}`)
  }

  override async alarm(): Promise<void> {
    await this.#machine.alarm(() => armStart(this.#machine))
  }

  /** A WebSocket, or a stream of server-sent events. The route has checked who asks. */
  override async fetch(request: Request): Promise<Response> {
    this.#requireReadable()
    const { run, followers, live } = this.#machine
    if (run === null) return new Response(null, { status: 404 })
    if (followers.isFull()) return new Response(null, { status: 429 })
    const { runId } = run.spec
    const { afterSeq, rights } = readFollow(request.url)
    if (request.headers.get('upgrade') !== 'websocket') return this.#stream(runId, afterSeq, rights)
    const { 0: client, 1: server } = new WebSocketPair()
    if (!(await followers.addSocket(server, runId, rights))) return new Response(null, { status: 401 })
    // Removed meanwhile, and the socket closed with it.
    if (this.#machine.run === null) return new Response(null, { status: 404 })
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
    live.resume(server, afterSeq)
    return new Response(null, { status: 101, webSocket: client, headers: protocolOf(request) })
  }

  async #stream(runId: string, afterSeq: number, rights: FollowerRights | null): Promise<Response> {
    let isOver = false
    let leave: (() => void) | null = null
    const stream = eventStream(this.#machine, afterSeq, () => {
      isOver = true
      leave?.()
    })
    leave = await this.#machine.followers.addStream(runId, rights, stream.end)
    if (leave === null) return new Response(null, { status: 401 })
    if (isOver) leave()
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
    return new Response(stream.body, { headers })
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (socket.readyState !== WebSocket.OPEN) return
    if (typeof message !== 'string' || message.length > MOST_FRAME_CHARS) {
      socket.close(1009, 'too large')
      return
    }
    if (!this.#machine.followers.mayTalk(socket)) {
      socket.close(1008, 'too many frames')
      return
    }
    try {
      const frame = JSON.parse(message) as { type?: unknown; afterSeq?: unknown }
      if (frame.type === 'resume' && Number.isInteger(frame.afterSeq)) {
        this.#machine.live.resume(socket, Math.max(0, Number(frame.afterSeq)))
      } else socket.send(JSON.stringify({ type: 'error', code: 'frame.unknown' }))
    } catch {
      socket.send(JSON.stringify({ type: 'error', code: 'frame.malformed' }))
    }
  }

  override webSocketError(socket: WebSocket): void {
    this.#machine.followers.closed(socket)
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#machine.followers.closed(socket)
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }
}

/** The route writes these, never the client: it puts a query of its own in place of what came. */
function readFollow(address: string): { afterSeq: number; rights: FollowerRights | null } {
  const query = new URL(address).searchParams
  const rights = query.get('rights')
  return {
    afterSeq: Number(query.get('afterSeq') ?? '0'),
    rights: rights === null ? null : (JSON.parse(rights) as FollowerRights),
  }
}

/** A browser only accepts the upgrade when its protocol is named back. */
function protocolOf(request: Request): Record<string, string> {
  const offered = request.headers.get('sec-websocket-protocol') ?? ''
  return offered.split(/\s*,\s*/).includes('orrery.v1') ? { 'sec-websocket-protocol': 'orrery.v1' } : {}
}
