// The desk of a team: processes the consequences of task changes, and starts queued tasks. Invariants:
// 1. The work to do is stored in D1. This object only keeps the name of its team and an alarm, so an eviction delays work but loses none.
// 2. One pass at a time. Requests during a pass cause one more pass. So starts keep their order, and a parent is written at most once per
//    second, however many subtasks report.
import { DurableObject } from 'cloudflare:workers'
import { openContext } from '../../src/context.ts'
import { newId } from '../../src/core/ids.ts'
import type { Env } from '../../src/env.ts'
import { newMemory, processDesk } from '../../src/modules/tasks/index.ts'
import type { TaskDeskRpc } from '../../src/objects/task-desk.ts'

/** Longer than a pass takes. */
const WATCH_MS = 60_000
const RETRY_MS = 2_000
/** Combines a burst of requests into one pass. */
const GATHER_MS = 5

export class TaskDesk extends DurableObject<Env> implements TaskDeskRpc {
  #isWorking = false
  #isAskedAgain = false
  readonly #memory = newMemory()

  async wake(teamId: string): Promise<void> {
    const { storage } = this.ctx
    if ((await storage.get<string>('team')) !== teamId) await storage.put('team', teamId)
    // Not awaited: the caller does not wait for the work.
    void this.#work(teamId)
  }

  override async alarm(): Promise<void> {
    const teamId = await this.ctx.storage.get<string>('team')
    if (teamId !== undefined) void this.#work(teamId)
  }

  async #work(teamId: string): Promise<void> {
    this.#isAskedAgain = true
    if (this.#isWorking) return
    this.#isWorking = true
    try {
      await this.#setAlarm(Date.now() + WATCH_MS)
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false
        await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
        const nextAt = await this.#pass(teamId)
        if (nextAt === null) {
          if (!this.#isAskedAgain) await this.ctx.storage.deleteAlarm()
        } else if (nextAt <= Date.now()) this.#isAskedAgain = true
        else await this.#setAlarm(nextAt)
      }
    } finally {
      this.#isWorking = false
    }
  }

  async #pass(teamId: string): Promise<number | null> {
    const now = Date.now
    const defer = (work: Promise<unknown>) => this.ctx.waitUntil(work)
    const request = openContext(this.env, { now, requestId: newId('req', now()), defer })
    try {
      return await processDesk(request, teamId, this.#memory)
    } catch (error) {
      request.log.error('the desk of a team could not work', { teamId, error })
      return now() + RETRY_MS
    }
  }

  #setAlarm(at: number): Promise<void> {
    return this.ctx.storage.setAlarm(Math.max(at, Date.now() + 1))
  }
}
