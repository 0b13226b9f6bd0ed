// One key's gate. Invariants:
// 1. Who is in and who waits is written before anybody is told, in one turn.
// 2. A slot is given up by the run's own word, which its outbox repeats until it is heard; a run that has gone without
//    a word is found by asking every few minutes, so a slot is never lost for good.
// 3. Who waits is let in first come, first served.
import { DurableObject } from 'cloudflare:workers'
import { isTerminal } from '../../src/engine/state.ts'
import type { Env } from '../../src/env.ts'
import type { FlowGateRpc, GateAnswer, GateRequest } from '../../src/objects/flow-gate.ts'
import { isUnreadable, workflowRun } from '../../src/objects/workflow-run.ts'

const ASK_AGAIN_MS = 5 * 60_000
const RETRY_MS = 5_000

export class FlowGate extends DurableObject<Env> implements FlowGateRpc {
  readonly #sql: SqlStorage

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#sql = state.storage.sql
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, place INTEGER NOT NULL, inside INTEGER NOT NULL, told INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL)`)
  }

  async enter({ runId, limit, whenFull }: GateRequest): Promise<GateAnswer> {
    this.#sql.exec(
      "INSERT INTO meta (key, value) VALUES ('limit', ?1) ON CONFLICT (key) DO UPDATE SET value = ?1",
      limit,
    )
    const known = this.#sql
      .exec<{ inside: number }>('SELECT inside FROM runs WHERE run_id = ?', runId)
      .toArray()[0]
    if (known === undefined) {
      const full = this.#countInside() >= limit
      if (full && whenFull === 'reject') return { state: 'rejected' }
      const replaced =
        full && whenFull === 'replace' ? this.#oldestInside(this.#countInside() - limit + 1) : []
      const inside = !full || replaced.length > 0
      this.#sql.exec(
        'INSERT INTO runs (run_id, place, inside, told) VALUES (?, (SELECT coalesce(max(place), 0) + 1 FROM runs), ?, 1)',
        runId,
        inside ? 1 : 0,
      )
      for (const old of replaced) this.#sql.exec('DELETE FROM runs WHERE run_id = ?', old)
      await this.#armWatch()
      await Promise.allSettled(
        replaced.map((old) => workflowRun(this.env.RUNS, old).control('cancel', 'gate')),
      )
      if (inside) return { state: 'in' }
    } else if (known.inside === 1) return { state: 'in' }
    return { state: 'queued', place: (await this.place(runId)) ?? 1 }
  }

  async leave(runId: string): Promise<void> {
    this.#sql.exec('DELETE FROM runs WHERE run_id = ?', runId)
    await this.#letIn()
  }

  async place(runId: string): Promise<number | null> {
    const row = this.#sql
      .exec<{ n: number | null }>(
        `SELECT CASE WHEN inside = 1 THEN 0 ELSE (SELECT count(*) FROM runs q WHERE q.inside = 0 AND q.place <= r.place) END AS n
         FROM runs r WHERE run_id = ?`,
        runId,
      )
      .toArray()[0]
    return row?.n ?? null
  }

  /** Those who were let in but could not be told, and those inside who may have gone. */
  override async alarm(): Promise<void> {
    const inside = this.#sql.exec<{ run_id: string }>('SELECT run_id FROM runs WHERE inside = 1').toArray()
    for (const { run_id: runId } of inside) {
      try {
        const view = await workflowRun(this.env.RUNS, runId).view({ output: false })
        if (view === null || isTerminal(view.status))
          this.#sql.exec('DELETE FROM runs WHERE run_id = ?', runId)
      } catch (error) {
        // One that cannot be read does nothing, and must not stand in the way of the others. Any other is asked again.
        if (isUnreadable(error)) this.#sql.exec('DELETE FROM runs WHERE run_id = ?', runId)
      }
    }
    await this.#letIn()
    if (this.#sql.exec('SELECT 1 FROM runs LIMIT 1').toArray().length > 0) await this.#armWatch()
    else await this.ctx.storage.deleteAlarm()
  }

  async #letIn(): Promise<void> {
    const limit =
      this.#sql.exec<{ value: number }>("SELECT value FROM meta WHERE key = 'limit'").toArray()[0]?.value ?? 1
    const free = limit - this.#countInside()
    if (free > 0) {
      this.#sql.exec(
        'UPDATE runs SET inside = 1, told = 0 WHERE run_id IN (SELECT run_id FROM runs WHERE inside = 0 ORDER BY place LIMIT ?)',
        free,
      )
    }
    const untold = this.#sql
      .exec<{ run_id: string }>('SELECT run_id FROM runs WHERE inside = 1 AND told = 0')
      .toArray()
    for (const { run_id: runId } of untold) {
      try {
        await workflowRun(this.env.RUNS, runId).gateOpened()
        this.#sql.exec('UPDATE runs SET told = 1 WHERE run_id = ?', runId)
      } catch {
        await this.ctx.storage.setAlarm(Date.now() + RETRY_MS)
      }
    }
  }

  #countInside(): number {
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM runs WHERE inside = 1').one().n
  }

  #oldestInside(count: number): string[] {
    return this.#sql
      .exec<{ run_id: string }>('SELECT run_id FROM runs WHERE inside = 1 ORDER BY place LIMIT ?', count)
      .toArray()
      .map(({ run_id }) => run_id)
  }

  async #armWatch(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + ASK_AGAIN_MS)
  }
}
