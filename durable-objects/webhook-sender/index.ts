// Sends the webhooks of one lane. Invariants:
// 1. What to send, and when, is stored in D1. This object only keeps the name of its lane and an alarm, so an eviction delays a delivery but
//    loses none.
// 2. One pass at a time. An alarm is set during each pass, in case the process crashes, and for the time of the next delivery.
import { DurableObject } from 'cloudflare:workers'
import { openContext } from '../../src/context.ts'
import { newId } from '../../src/core/ids.ts'
import type { Env } from '../../src/env.ts'
import { type Pass, sendDue } from '../../src/modules/webhooks/index.ts'
import type { WebhookSenderRpc } from '../../src/objects/webhook-sender.ts'

/** Longer than a pass takes. */
const WATCH_MS = 60_000
const RETRY_MS = 5_000

export class WebhookSender extends DurableObject<Env> implements WebhookSenderRpc {
  #isSending = false
  #isAskedAgain = false
  /** The endpoint's rate allows no earlier pass. */
  #notBefore = 0

  async wake(lane: string): Promise<void> {
    const { storage } = this.ctx
    if ((await storage.get<string>('lane')) !== lane) await storage.put('lane', lane)
    // Not awaited: the caller does not wait for receivers.
    void this.#send(lane)
  }

  override async alarm(): Promise<void> {
    const lane = await this.ctx.storage.get<string>('lane')
    // Not awaited either: an alarm in the meantime would have to wait for it.
    if (lane !== undefined) void this.#send(lane)
  }

  async #send(lane: string): Promise<void> {
    this.#isAskedAgain = true
    if (this.#isSending) return
    this.#isSending = true
    try {
      while (this.#isAskedAgain) {
        this.#isAskedAgain = false
        const pauseMs = this.#notBefore - Date.now()
        if (pauseMs > 0) {
          await this.#setAlarm(this.#notBefore)
          return
        }
        await this.#setAlarm(Date.now() + WATCH_MS)
        const { nextAt, notBefore } = await this.#pass(lane)
        this.#notBefore = notBefore
        if (nextAt === null) await this.ctx.storage.deleteAlarm()
        else if (nextAt <= Date.now()) this.#isAskedAgain = true
        else await this.#setAlarm(nextAt)
      }
    } finally {
      this.#isSending = false
    }
  }

  async #pass(lane: string): Promise<Pass> {
    const now = Date.now
    const defer = (work: Promise<unknown>) => this.ctx.waitUntil(work)
    const request = openContext(this.env, { now, requestId: newId('req', now()), defer })
    try {
      return await sendDue(request, lane)
    } catch (error) {
      request.log.error('webhooks could not be sent', { lane, error })
      return { nextAt: now() + RETRY_MS, notBefore: 0 }
    }
  }

  #setAlarm(at: number): Promise<void> {
    return this.ctx.storage.setAlarm(Math.max(at, Date.now() + 1))
  }
}
