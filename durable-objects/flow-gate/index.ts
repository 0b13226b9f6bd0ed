// The gate of one concurrency key. `src/engine/gate.ts` decides which runs get a slot. Invariants:
// 1. Which runs are inside, waiting or replaced is written before any run is notified, in one block with the alarm
//    that repeats the notification. So a lost message or a crash only delays it.
// 2. A run gives up its slot with a message, which its outbox repeats until the gate has received it. Every few
//    minutes the gate asks runs that have sent nothing, so a slot is never lost for good.
// 3. Waiting runs get a slot in the order in which they came. A replaced run gets none, and is notified until it has
//    received that.
// 4. No answer waits until other runs are notified.
import { DurableObject } from 'cloudflare:workers'
import { objectLog } from '../../src/context.ts'
import {
  admitNext,
  applyRunMessage,
  enterGate,
  type Gate,
  type GateChanges,
  type GateMessage,
  noChanges,
  placeIn,
  placesIn,
} from '../../src/engine/gate.ts'
import type { Env } from '../../src/env.ts'
import { isDeleted } from '../../src/modules/runs/index.ts'
import type { FlowGateRpc, GateAnswer, GateRequest } from '../../src/objects/flow-gate.ts'
import { workflowRun } from '../../src/objects/workflow-run.ts'
import { openGateStore } from './store.ts'

const ASK_AGAIN_MS = 5 * 60_000
const RETRY_MS = 5_000
const MAX_RETRY_MS = 5 * 60_000
/** How many runs are called at the same time. */
const AT_ONCE = 20
/** Newer than any message of a run that no longer exists. */
const LAST_SEQ = Number.MAX_SAFE_INTEGER

export class FlowGate extends DurableObject<Env> implements FlowGateRpc {
  readonly #store: ReturnType<typeof openGateStore>
  readonly #gate: Gate
  #alarmAt: number | null = null
  #notifying: Promise<void> | null = null
  /** A decision was made while runs were being notified. */
  #notifyAgain = false

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#store = openGateStore(state.storage.sql)
    this.#gate = this.#store.load()
    void state.blockConcurrencyWhile(async () => {
      this.#alarmAt = await state.storage.getAlarm()
    })
  }

  async enter(request: GateRequest): Promise<GateAnswer> {
    const { again = false, held = false, seq = 0 } = request
    const state = this.#decide((changes) => enterGate(this.#gate, { ...request, again, held, seq }, changes))
    if (state === 'inside') return { state: 'in' }
    if (state === 'rejected') return { state: 'rejected' }
    return { state: 'queued', place: placeIn(this.#gate, request.runId) ?? 1 }
  }

  async leave(runId: string): Promise<void> {
    await this.receive(runId, { need: 'gone', seq: LAST_SEQ })
  }

  async receive(runId: string, message: GateMessage): Promise<void> {
    this.#decide((changes) => applyRunMessage(this.#gate, runId, message, changes))
  }

  async place(runId: string): Promise<number | null> {
    return placeIn(this.#gate, runId)
  }

  async places(runIds: string[]): Promise<Record<string, number>> {
    return placesIn(this.#gate, runIds)
  }

  /** Notifies runs that were admitted or replaced and could not be reached. Asks runs inside that may no longer exist. */
  override async alarm(): Promise<void> {
    this.#alarmAt = null
    try {
      const { rows } = this.#gate
      const asked = [...rows.values()].filter(
        ({ state, notified }) => state === 'held' || (state === 'inside' && notified),
      )
      await atOnce(asked, ({ runId }) => this.#askRun(runId))
      this.#decide((changes) => admitNext(this.#gate, changes))
      await this.#notifyAll()
    } catch (error) {
      objectLog(this.env).error('the alarm of a gate failed', { error })
    }
    this.#arm()
  }

  /** Makes one decision, and writes it with all its consequences in one block. */
  #decide<T>(decision: (changes: GateChanges) => T): T {
    const changes = noChanges()
    let result: T
    try {
      result = decision(changes)
      this.#store.write(this.#gate, changes, Date.now())
      this.#arm()
    } catch (error) {
      // Memory may be ahead of the tables. The object restarts from what was last written.
      objectLog(this.env).error('a gate could not write', { error })
      this.ctx.abort('a gate could not write')
      throw error
    }
    if (this.#toNotify().length > 0 || this.#gate.replaced.size > 0) this.ctx.waitUntil(this.#notifyAll())
    return result
  }

  #toNotify(): string[] {
    const toNotify: string[] = []
    for (const { runId, state, notified } of this.#gate.rows.values())
      if (state === 'inside' && !notified) toNotify.push(runId)
    return toNotify
  }

  #notifyAll(): Promise<void> {
    this.#notifyAgain = true
    this.#notifying ??= this.#notify().finally(() => {
      this.#notifying = null
    })
    return this.#notifying
  }

  async #notify(): Promise<void> {
    while (this.#notifyAgain) {
      this.#notifyAgain = false
      await atOnce(this.#toNotify(), (runId) => this.#openTo(runId))
      const due = this.#store.readReplaced().filter(({ nextAt }) => nextAt <= Date.now())
      await atOnce(due, ({ runId, attempts }) => this.#cancel(runId, attempts))
    }
  }

  async #openTo(runId: string): Promise<void> {
    try {
      const answer = (await workflowRun(this.env.RUNS, runId).gateOpened()) as GateMessage | undefined
      // An object with earlier code returns nothing, and has started.
      const message = answer ?? { need: 'slot', seq: this.#gate.rows.get(runId)?.seq ?? 0 }
      this.#decide((changes) => applyRunMessage(this.#gate, runId, message, changes))
    } catch {
      // The alarm repeats it, unless the run was deleted.
      await this.#dropDeleted(runId)
    }
  }

  async #askRun(runId: string): Promise<void> {
    try {
      const message = await workflowRun(this.env.RUNS, runId).gateNeed()
      this.#decide((changes) => applyRunMessage(this.#gate, runId, message, changes))
    } catch {
      // The run does not answer now. It is asked again, unless it was deleted.
      await this.#dropDeleted(runId)
    }
  }

  async #dropDeleted(runId: string): Promise<void> {
    const isGone = await isDeleted(this.env.DB, runId).catch(() => false)
    if (isGone)
      this.#decide((changes) => applyRunMessage(this.#gate, runId, { need: 'gone', seq: LAST_SEQ }, changes))
  }

  /** Any answer means that the run knows: it is cancelled now, had ended, or does not exist. */
  async #cancel(runId: string, attempts: number): Promise<void> {
    try {
      await workflowRun(this.env.RUNS, runId).control('cancel', 'gate')
      this.#decide((changes) => {
        if (this.#gate.replaced.delete(runId)) changes.replaced.add(runId)
      })
    } catch {
      const delayMs = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(attempts, 10))
      this.#store.delayReplaced(runId, Date.now() + delayMs)
      this.#arm()
    }
  }

  /** Sets the alarm to the next time at which a run must be notified or asked. Only ever moves it earlier. */
  #arm(): void {
    const now = Date.now()
    const times: number[] = []
    if (this.#gate.rows.size > 0) times.push(now + ASK_AGAIN_MS)
    if (this.#toNotify().length > 0) times.push(now + RETRY_MS)
    for (const { nextAt } of this.#gate.replaced.size > 0 ? this.#store.readReplaced() : [])
      times.push(Math.max(nextAt, now + RETRY_MS))
    if (times.length === 0) {
      if (this.#alarmAt !== null) void this.ctx.storage.deleteAlarm()
      this.#alarmAt = null
      return
    }
    const at = Math.min(...times)
    if (this.#alarmAt !== null && this.#alarmAt <= at) return
    void this.ctx.storage.setAlarm(at)
    this.#alarmAt = at
  }
}

async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE)
    await Promise.all(items.slice(at, at + AT_ONCE).map(work))
}
