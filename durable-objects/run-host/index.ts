// The Durable Object that keeps the runs of a team, or one run that asked for an object of its own. It only contains
// what the platform calls; `host.ts` does the work.
import { DurableObject } from 'cloudflare:workers'
import type { Env } from '../../src/env.ts'
import { RUN_CALLS, type RunCall, type RunHostRpc } from '../../src/objects/workflow-run.ts'
import { Host } from './host.ts'

const CALLS: ReadonlySet<string> = new Set(RUN_CALLS)

export class RunHost extends DurableObject<Env> implements RunHostRpc {
  readonly #host: Host

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#host = new Host(state, env)
  }

  async call(runId: string, name: RunCall, args: unknown[]): Promise<unknown> {
    if (!CALLS.has(name)) throw new Error(`A run has no method ${name}`)
    return this.#host.call(runId, name, args)
  }

  async runs(after: number, limit: number): Promise<{ n: number; id: string }[]> {
    return this.#host.listRuns(after, limit)
  }

  async removeRuns(runIds: string[]): Promise<string[]> {
    return this.#host.removeRuns(runIds)
  }

  async giveBack(teamId: string, host: string): Promise<void> {
    await this.#host.giveBack(teamId, host)
  }

  override async alarm(): Promise<void> {
    await this.#host.alarm()
  }

  /** A WebSocket, or a stream of server-sent events. The route has authenticated the caller. */
  override async fetch(request: Request): Promise<Response> {
    const runId = new URL(request.url).searchParams.get('run') ?? ''
    return this.#host.answerRequest(runId, request)
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#host.runOf(socket)?.webSocketMessage(socket, message)
  }

  override webSocketError(socket: WebSocket): void {
    this.#host.runOf(socket)?.webSocketError(socket)
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#host.runOf(socket)?.webSocketClose(socket, code)
  }
}
