// One run. The object stores, schedules and delivers; the core decides. Invariants:
// 1. State in memory is what the tables hold: each turn writes what it changed before anything else can look.
// 2. After an eviction or a crash the constructor loads the tables, raises the epoch, tells the core which effects were
//    in flight, and carries out again what the state still asks for.
// 3. `alarm()` never throws and never waits for an effect.
// 4. A terminal run is final: what comes later is answered from what is recorded.
import { DurableObject } from 'cloudflare:workers'
import { toIso } from '../../src/core/clock.ts'
import type { Json } from '../../src/core/json.ts'
import { createLog } from '../../src/core/log.ts'
import { adoptForCompensation, adoptForRerun, adoptForRetry, changedKept } from '../../src/engine/adopt.ts'
import type { Command } from '../../src/engine/command.ts'
import { restore } from '../../src/engine/restore.ts'
import { hasEnded, isTerminal, newRun, type RunStatus } from '../../src/engine/state.ts'
import { lostAttempts, outstanding } from '../../src/engine/wake.ts'
import type { Env } from '../../src/env.ts'
import {
  type ControlAnswer,
  type ControlVerb,
  type Decide,
  type EventPage,
  type HttpAnswer,
  type LegacyAnswer,
  type NodeDetail,
  type RunSpec,
  type RunView,
  type StartAnswer,
  type StartOptions,
  type WorkflowRunRpc,
  workflowRun,
} from '../../src/objects/workflow-run.ts'
import { type EffectOutcome, runEffects } from './effects.ts'
import { runLive } from './live.ts'
import { drainOutbox, PROJECT_DEBOUNCE_MS } from './outbox.ts'
import { buildPorts } from './ports.ts'
import { planOf } from './prepared.ts'
import type { Run } from './scope.ts'
import { openStore, type RunStore } from './store.ts'
import { runTimers, type Timers } from './timers.ts'
import { outcomeFact, runTurn, type ShellFact, type TurnResult } from './turn.ts'
import { encodeValue, runValues } from './values.ts'
import { viewNode, viewRun } from './view.ts'
import { decide } from './waits.ts'

/** Keeps the object awake, and its run watched, while an effect is in flight. */
const HEARTBEAT_MS = 30_000
/** A wait for a child asks again so often, in case the child's word was lost. */
const CHILD_POLL_MS = 60_000
/** Deaths in the middle of computing, before the node that was being computed is given up. */
const MOST_TURN_DEATHS = 3

type Waiter = { for: 'end' | 'respond'; settle: () => void }

export class WorkflowRun extends DurableObject<Env> implements WorkflowRunRpc {
  readonly #store: RunStore
  readonly #timers: Timers
  readonly #live: ReturnType<typeof runLive>
  readonly #effects: ReturnType<typeof runEffects>
  readonly #waiters = new Set<Waiter>()
  #run: Run | null = null
  #answer: HttpAnswer | null = null
  #draining = false
  #drainTimer: ReturnType<typeof setTimeout> | undefined

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#store = openStore(state.storage.sql)
    this.#timers = runTimers(state.storage, this.#now)
    this.#live = runLive({
      store: this.#store,
      run: () => this.#run,
      sockets: () => this.ctx.getWebSockets(),
    })
    this.#effects = runEffects(
      (effect) =>
        buildPorts({
          env,
          run: this.#requireRun(),
          effect,
          now: this.#now,
          log: (level, message) => this.#feed([{ fact: { type: 'log', level, message, path: effect.path } }]),
          progress: (data) =>
            this.#feed([
              {
                fact: {
                  type: 'node.progress',
                  path: effect.path,
                  attempt: effect.attempt,
                  data: data as Json,
                },
              },
            ]),
        }),
      (outcome) => this.#effectDone(outcome),
    )
    if (this.#store.exists()) this.#load()
  }

  readonly #now = (): number => Date.now()

  #requireRun(): Run {
    if (this.#run === null) throw new Error('The object holds no run')
    return this.#run
  }

  #openRun(spec: RunSpec, state: Run['state']): Run {
    const plan = planOf(spec.definitionHash, spec.definition)
    return { plan, state, spec, input: spec.input, values: runValues(this.#store) }
  }

  #load(): void {
    const spec = this.#store.readSpec()
    const run = this.#openRun(spec, newRun())
    this.#run = { ...run, state: restore(run.plan, this.#store.readState()) }
    const epoch = Number(this.#store.readMeta('epoch') ?? '0') + 1
    this.#store.writeMeta('epoch', String(epoch))
    this.#wake()
  }

  /** Gives again what the state asks for; effects of the epoch before are tried again, with the same key. */
  #wake(): void {
    const run = this.#requireRun()
    if (run.state.run.phase === 'queued') {
      this.#armStart()
      return
    }
    if (!hasEnded(run.state)) {
      this.#feed(lostAttempts(run.state).map((fact) => ({ fact, dropCommands: true })))
      const commands = outstanding(run.plan, run.state)
      const givenUp = this.#countTurnDeath(commands)
      for (const { fact } of givenUp) this.#feed([{ fact, dropCommands: true }])
      this.#feed([], givenUp.length > 0 ? outstanding(run.plan, run.state) : commands)
    }
    this.#scheduleDrain(0)
    this.#rearm()
  }

  /** Work that was to be done within a turn is only still there when the turn died. After a few deaths it is given up. */
  #countTurnDeath(commands: readonly Command[]): ShellFact[] {
    const stuck = commands.find(
      (command) =>
        command.type === 'run_node' || command.type === 'run_items' || command.type === 'expand_node',
    )
    if (stuck === undefined || !('path' in stuck) || !('attempt' in stuck)) return []
    const known = JSON.parse(this.#store.readMeta('turnDeaths') ?? '{}') as { path?: string; deaths?: number }
    const deaths = known.path === stuck.path ? (known.deaths ?? 0) + 1 : 1
    this.#store.writeMeta('turnDeaths', JSON.stringify({ path: stuck.path, deaths }))
    if (deaths <= MOST_TURN_DEATHS) return []
    const error = {
      code: 'node.poison',
      message: `The process was lost ${deaths - 1} times while this was computed`,
      retryable: false,
    }
    return [{ fact: { type: 'node.failed', path: stuck.path, attempt: stuck.attempt, error } }]
  }

  async start(spec: RunSpec, options: StartOptions = {}): Promise<StartAnswer> {
    if (this.#run !== null) {
      const known = this.#run.spec
      if (known.requestHash !== spec.requestHash) return { ok: false, reason: 'mismatch' }
      await this.#waitUntil(options)
      return {
        ok: true,
        created: false,
        run: viewRun(this.#run, this.#store, { output: true }),
        answer: this.#answer,
      }
    }
    this.#create(spec)
    await this.#waitUntil(options)
    return {
      ok: true,
      created: true,
      run: viewRun(this.#requireRun(), this.#store, { nodes: true }),
      answer: this.#answer,
    }
  }

  #create(spec: RunSpec): void {
    const { legacy, ...kept } = spec
    this.#store.create(kept)
    this.#store.writeMeta('createdAt', toIso(this.#now()))
    this.#run = this.#openRun(kept, newRun())
    if (legacy) this.#adopt(legacy)
    if (spec.startAt !== undefined && spec.startAt > this.#now()) {
      this.#feed([{ fact: { type: 'run.queued', reason: 'start_at' } }])
      this.#armStart()
      this.#scheduleProject()
    } else this.#begin()
  }

  #adopt(legacy: NonNullable<RunSpec['legacy']>): void {
    const outcomes = legacy.outcomes.map(({ output, ...outcome }) => {
      const encoded = encodeValue(output)
      if (encoded.ok) this.#requireRun().values.store(outcome.path, encoded.value)
      return outcome
    })
    this.#store.writeMeta('generations', JSON.stringify(legacy.generations))
    this.#store.writeAdopted(outcomes)
    this.#feed([{ fact: { type: 'run.adopted', outcomes } }])
  }

  #begin(): void {
    const { spec } = this.#requireRun()
    const generations = JSON.parse(this.#store.readMeta('generations') ?? '{}') as Record<string, number>
    this.#feed([
      {
        fact: {
          type: 'run.started',
          runId: spec.runId,
          keyRoot: spec.keyRoot ?? spec.runId,
          mode: spec.mode ?? 'start',
          generations,
          ...(spec.parent ? { parentRunId: spec.parent.runId } : {}),
          ...(spec.entry ? { entry: spec.entry } : {}),
        },
      },
    ])
  }

  #armStart(): void {
    const { startAt } = this.#requireRun().spec
    if (startAt === undefined) return
    this.#timers.set('$start', startAt)
    this.#timers.arm(startAt)
  }

  /** One turn, then what follows from it. */
  #feed(facts: readonly ShellFact[], commands: readonly Command[] = []): TurnResult {
    const run = this.#requireRun()
    let result: TurnResult
    try {
      result = runTurn({ run, store: this.#store, timers: this.#timers, now: this.#now }, facts, commands)
      if (result.ended) this.#writeFarewell()
      if (result.projects) this.#scheduleProject()
    } catch (error) {
      createLog('error').error('a turn failed', { runId: run.spec.runId, error })
      this.ctx.abort('a turn failed')
      throw error
    }
    if (result.respond) this.#answer ??= result.respond
    for (const { path, attempt, child } of result.cancels) {
      this.#effects.cancel(path, attempt)
      if (child !== undefined) this.#store.pushOutbox('cancel_child', { runId: child }, this.#now())
    }
    for (const effect of result.effects) this.#effects.start(effect)
    for (const resume of result.resumes) void this.#lookAtChild(resume.path, resume.attempt)
    // A turn of its own, after whatever else is waiting for this object.
    if (result.later.length > 0) setTimeout(() => this.#feed([], result.later), 0)
    if (result.events.length > 0) {
      this.#live.publish(result.events)
      this.#wakeWaiters()
      this.#rearm()
    }
    if (result.ended) this.#live.endFollowers()
    return result
  }

  /** Part of the terminal turn: whoever must hear of the end is written down with it. */
  #writeFarewell(): void {
    const run = this.#requireRun()
    const { parent } = run.spec
    if (!parent?.wait || parent.path === undefined) return
    const view = viewRun(run, this.#store, { output: true })
    this.#store.pushOutbox(
      'parent',
      { runId: parent.runId, path: parent.path, status: view.status, output: view.output, error: view.error },
      this.#now(),
    )
  }

  #scheduleProject(): void {
    this.#store.replaceOutbox('project', null, this.#now() + PROJECT_DEBOUNCE_MS)
    this.#scheduleDrain(PROJECT_DEBOUNCE_MS)
  }

  #scheduleDrain(delayMs: number): void {
    if (this.#drainTimer !== undefined) return
    this.#drainTimer = setTimeout(() => {
      this.#drainTimer = undefined
      void this.#drain()
    }, delayMs)
  }

  async #drain(): Promise<void> {
    if (this.#draining || this.#run === null) return
    this.#draining = true
    const nextAt = await drainOutbox({ env: this.env, run: this.#run, store: this.#store, now: this.#now })
    this.#draining = false
    if (nextAt === null) {
      if (hasEnded(this.#run.state)) this.#timers.disarm()
      return
    }
    this.#timers.arm(nextAt)
    if (nextAt - this.#now() < 5_000) this.#scheduleDrain(Math.max(0, nextAt - this.#now()))
  }

  /** The nearest of: a timer, the heartbeat of an effect, a report that is due should memory be lost. */
  #rearm(): void {
    const candidates = [this.#timers.next()]
    if (this.#effects.size() > 0) candidates.push(this.#now() + HEARTBEAT_MS)
    if (this.#drainTimer !== undefined) candidates.push(this.#now() + HEARTBEAT_MS)
    const times = candidates.filter((time) => time !== null)
    if (times.length > 0) this.#timers.arm(Math.min(...times))
  }

  override async alarm(): Promise<void> {
    this.#timers.fired()
    try {
      if (this.#run === null) return
      this.#fireDue()
      this.#scheduleDrain(0)
      this.#rearm()
    } catch (error) {
      createLog('error').error('an alarm failed', { error })
      this.#timers.arm(this.#now() + 5_000)
    }
  }

  #fireDue(): void {
    for (const key of this.#timers.takeDue()) {
      if (key === '$start') this.#begin()
      else this.#feed([{ fact: { type: 'timer.fired', key } }])
    }
  }

  #effectDone(outcome: EffectOutcome): void {
    const { path, attempt } = outcome
    if ('deferMs' in outcome) {
      this.#feed([
        { fact: { type: 'node.deferred', path, attempt, delayMs: outcome.deferMs, reason: outcome.reason } },
      ])
      return
    }
    const run = this.#requireRun()
    this.#feed([
      outcomeFact(
        { run, store: this.#store, timers: this.#timers, now: this.#now },
        path,
        attempt,
        outcome.result,
        this.#now(),
      ),
    ])
  }

  /** A wait for a child came due: its word may have been lost, so it is asked. */
  async #lookAtChild(path: string, attempt: number): Promise<void> {
    const child = this.#requireRun().state.activations.get(path)?.wait
    if (child?.kind !== 'child' || child.name === undefined) return
    try {
      const view = await workflowRun(this.env.RUNS, child.name).view({ output: true })
      if (view !== null && isTerminal(view.status)) {
        await this.childEnded({
          runId: child.name,
          path,
          status: view.status,
          output: view.output,
          error: view.error,
        })
        return
      }
    } catch {
      // Asked again below.
    }
    this.#feed([
      {
        fact: { type: 'node.waiting', path, attempt, wait: { ...child, until: this.#now() + CHILD_POLL_MS } },
      },
    ])
  }

  async childEnded(child: {
    runId: string
    path: string
    status: RunStatus
    output: Json
    error: Json
  }): Promise<void> {
    const run = this.#run
    const activation = run?.state.activations.get(child.path)
    if (run === null || activation?.wait?.kind !== 'child' || activation.wait.name !== child.runId) return
    const { path, attempt } = activation
    const shell = { run, store: this.#store, timers: this.#timers, now: this.#now }
    if (child.status === 'succeeded') {
      this.#feed([outcomeFact(shell, path, attempt, { output: child.output }, this.#now())])
      return
    }
    const { code, message } = (child.error ?? {}) as { code?: string; message?: string }
    const error = {
      code: child.status === 'cancelled' ? 'workflow.child_cancelled' : (code ?? 'workflow.child_failed'),
      message: message ?? `The run ${child.runId} was ${child.status}`,
      details: { runId: child.runId },
    }
    this.#feed([{ fact: { type: 'node.failed', path, attempt, error } }])
  }

  async view(include: { nodes?: boolean; output?: boolean }, waitMs = 0): Promise<RunView | null> {
    if (this.#run === null) return null
    await this.#waitUntil({ waitMs, waitFor: 'end' })
    return viewRun(this.#run, this.#store, include)
  }

  async control(verb: ControlVerb, by: string): Promise<ControlAnswer> {
    const run = this.#run
    if (run === null) return missing()
    if (hasEnded(run.state)) {
      if (verb === 'cancel' && run.state.run.status === 'cancelled') return this.#viewAnswer()
      return conflict(`The run has ${run.state.run.status} already.`)
    }
    const type = verb === 'cancel' ? 'run.cancel_requested' : verb === 'pause' ? 'run.paused' : 'run.resumed'
    const { accepted } = this.#feed([{ fact: { type, by } }])
    if (!accepted && run.state.run.paused !== (verb === 'pause'))
      return conflict(`The run is ${run.state.run.status}; it cannot ${verb} now.`)
    return this.#viewAnswer()
  }

  async signal(signal: { name: string; data: Json; id?: string; by: string }): Promise<ControlAnswer> {
    const run = this.#run
    if (run === null) return missing()
    if (signal.id !== undefined && this.#store.hasSignal(signal.id)) return this.#viewAnswer()
    if (hasEnded(run.state)) return conflict(`The run has ${run.state.run.status} already.`)
    const { name, data, id } = signal
    this.#feed([
      {
        fact: { type: 'signal.received', name, data, ...(id === undefined ? {} : { id }) },
        onAccepted: (seq) => this.#store.writeSignal(seq, name, id ?? null, data),
      },
    ])
    return this.#viewAnswer()
  }

  async decide(word: Decide): Promise<ControlAnswer> {
    const run = this.#run
    if (run === null) return missing()
    const spoken = decide(
      { run, store: this.#store, timers: this.#timers, now: this.#now },
      word,
      this.#now(),
    )
    if ('refused' in spoken) return conflict(spoken.refused)
    if (spoken.fact) this.#feed([spoken.fact])
    this.#scheduleDrain(0)
    return this.#viewAnswer()
  }

  async resolve(word: {
    path: string
    outcome: 'succeeded' | 'failed' | 'retry'
    output?: Json
    by: string
  }): Promise<ControlAnswer> {
    const run = this.#run
    if (run === null) return missing()
    const activation = run.state.activations.get(word.path)
    if (activation === undefined)
      return { ok: false, reason: 'not_found', detail: 'The run has no such node.' }
    const { path, attempt } = activation
    const encoded = encodeValue(word.output)
    if (!encoded.ok) return conflict(encoded.error.message)
    const { accepted } = this.#feed([
      {
        fact: { type: 'node.resolved', path, attempt, outcome: word.outcome, by: word.by },
        output: encoded.value,
      },
    ])
    return accepted ? this.#viewAnswer() : conflict(`The node is ${activation.status}, not unknown.`)
  }

  async node(path: string): Promise<NodeDetail | null> {
    return this.#run === null ? null : viewNode(this.#run, this.#store, path, this.#now())
  }

  async events(afterSeq: number, limit: number): Promise<EventPage | null> {
    const run = this.#run
    if (run === null) return null
    const events = this.#live.page(afterSeq, limit)
    const lastSeq = (events.at(-1) as { seq: number } | undefined)?.seq ?? afterSeq
    return { events, lastSeq, headSeq: this.#live.headSeq(), ended: hasEnded(run.state) }
  }

  async legacy(follow: {
    mode: 'retry' | 'rerun' | 'compensate'
    from?: string
    definition?: string
  }): Promise<LegacyAnswer> {
    const run = this.#run
    if (run === null) return { ok: false, reason: 'not_found', detail: 'There is no such run.' }
    const { plan, state, spec } = run
    if (!isTerminal(state.run.status))
      return {
        ok: false,
        reason: 'conflict',
        detail: `The run is ${state.run.status}; it can be followed when it has ended.`,
      }
    if (follow.mode === 'retry' && state.run.status === 'succeeded')
      return {
        ok: false,
        reason: 'conflict',
        detail: 'The run has succeeded; there is nothing to retry. Rerun it instead.',
      }
    const adoption =
      follow.mode === 'retry'
        ? adoptForRetry(plan, state)
        : follow.mode === 'compensate'
          ? adoptForCompensation(plan, state)
          : follow.from === undefined
            ? { outcomes: [], generations: {} }
            : adoptForRerun(plan, state, follow.from)
    if (follow.definition !== undefined && adoption.outcomes.length > 0) {
      const problems = changedKept(
        plan,
        planOf(`legacy ${follow.definition.length} ${spec.runId} ${follow.definition}`, follow.definition),
        adoption.outcomes,
      )
      if (problems.length > 0)
        return {
          ok: false,
          reason: 'changed',
          detail: 'Nodes whose outcomes would be kept are not the same in that version.',
          problems,
        }
    }
    const outcomes = adoption.outcomes.map((outcome) => ({
      ...outcome,
      output: (run.values.read(outcome.path) ?? null) as Json,
    }))
    return { ok: true, spec, legacy: { outcomes, generations: adoption.generations } }
  }

  async poke(): Promise<void> {
    if (this.#run === null) return
    this.#fireDue()
    this.#scheduleDrain(0)
    this.#rearm()
  }

  async remove(): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) socket.close(1000, 'deleted')
    this.#run = null
    await this.ctx.storage.deleteAll()
  }

  /** A WebSocket, or with `text/event-stream` a stream of server-sent events. The route has checked who asks. */
  override async fetch(request: Request): Promise<Response> {
    if (this.#run === null) return new Response(null, { status: 404 })
    const afterSeq = Number(new URL(request.url).searchParams.get('afterSeq') ?? '0')
    if (request.headers.get('upgrade') === 'websocket') {
      const { 0: client, 1: server } = new WebSocketPair()
      this.ctx.acceptWebSocket(server)
      this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'))
      this.#live.resume(server, afterSeq)
      return new Response(null, { status: 101, webSocket: client, headers: protocolOf(request) })
    }
    return new Response(this.#eventStream(afterSeq), {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    })
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    if (typeof message !== 'string' || message.length > 65_536) {
      socket.close(1009, 'too large')
      return
    }
    try {
      const frame = JSON.parse(message) as { type?: unknown; afterSeq?: unknown }
      if (frame.type === 'resume' && Number.isInteger(frame.afterSeq))
        this.#live.resume(socket, Math.max(0, Number(frame.afterSeq)))
      else socket.send(JSON.stringify({ type: 'error', code: 'frame.unknown' }))
    } catch {
      socket.send(JSON.stringify({ type: 'error', code: 'frame.malformed' }))
    }
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code)
  }

  /** Pages up to the head, then follows; the pages are read as fast as the client takes them. */
  #eventStream(afterSeq: number): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder()
    const text = (event: Json) => {
      const { seq, type } = event as { seq: number; type: string }
      return encoder.encode(`id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`)
    }
    let cursor = afterSeq
    let stop = () => {}
    return new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const events = this.#live.page(cursor, 100)
        for (const event of events) controller.enqueue(text(event))
        cursor = (events.at(-1) as { seq: number } | undefined)?.seq ?? cursor
        if (cursor < this.#live.headSeq()) return
        if (this.#run === null || hasEnded(this.#run.state)) {
          controller.close()
          return
        }
        return new Promise<void>((resolve) => {
          const done = () => {
            stop()
            resolve()
          }
          stop = this.#live.follow({ afterSeq: cursor, send: done, end: done })
        })
      },
      cancel: () => stop(),
    })
  }

  #viewAnswer(): ControlAnswer {
    return { ok: true, run: viewRun(this.#requireRun(), this.#store, { output: true }) }
  }

  async #waitUntil({ waitMs = 0, waitFor = 'end' }: StartOptions): Promise<void> {
    const isThere = () =>
      this.#run === null || hasEnded(this.#run.state) || (waitFor === 'respond' && this.#answer !== null)
    if (waitMs <= 0 || isThere()) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => done(), waitMs)
      const done = () => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
        resolve()
      }
      const waiter: Waiter = { for: waitFor, settle: () => isThere() && done() }
      this.#waiters.add(waiter)
    })
  }

  #wakeWaiters(): void {
    for (const waiter of this.#waiters) waiter.settle()
  }
}

const missing = (): ControlAnswer => ({ ok: false, reason: 'not_found', detail: 'There is no such run.' })
const conflict = (detail: string): ControlAnswer => ({ ok: false, reason: 'conflict', detail })

/** A browser only accepts the upgrade when its protocol is named back. */
function protocolOf(request: Request): Record<string, string> {
  const offered = request.headers.get('sec-websocket-protocol') ?? ''
  return offered.split(/\s*,\s*/).includes('orrery.v1') ? { 'sec-websocket-protocol': 'orrery.v1' } : {}
}
