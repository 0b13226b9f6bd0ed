// What a module says about itself in its index.ts. src/modules/index.ts lists the modules; app.ts, the queue consumer, the cron
// tick, the guard and the account export read what they need from that list.
import type { Hono } from 'hono'
import type { Schema } from 'hono/types'
import type { RequestContext } from '../context.ts'
import type { Retained } from '../core/platform-settings.ts'
import type { TickBudget } from '../core/tick-budget.ts'
import type { ExportList } from '../db/export-list.ts'
import type { ExpiringRows } from '../db/purge.ts'
import type { AppEnv } from '../http/app-env.ts'
import type { MessageType, QueueMessage } from '../queue/messages/index.ts'

/** Does the work of a message. It may run twice for one message, so it must be safe to repeat. */
export type Job<Type extends MessageType> = (
  request: RequestContext,
  message: Extract<QueueMessage, { type: Type }>,
  outboxId: string,
) => Promise<void>

export type CronTask = {
  name: string
  /** Looks for what is due, and does nothing if nothing is due: a tick may be skipped or run twice. */
  run: (request: RequestContext) => Promise<unknown>
  /** Runs before the other tasks, because people wait for its result. */
  urgent?: boolean
}

export type Retirement = {
  kind: Retained
  /** Must cover the plan with the longest retention, because nothing else deletes these rows. */
  everyTeam?: true
  /** Deletes what all teams have from before the longest retention of any plan. */
  ofAll?: (request: RequestContext, budget: TickBudget) => Promise<unknown>
  /** Deletes what a team has from before that time, a limited part per call. Returns true if there may be more. */
  ofTeam: (request: RequestContext, teamId: string, before: number, budget: TickBudget) => Promise<boolean>
}

export type { ExportList }

type Routes = Hono<AppEnv, Schema, string>

export type Module<Types extends MessageType = never> = {
  name: string
  /** Where each router is mounted. */
  routes?: readonly (readonly [path: string, routes: Routes])[]
  /** `METHOD /path` of each route that needs no credential. Routes with neither this nor `access` are rejected. */
  publicRoutes?: readonly string[]
  /** The handlers of the module's messages. */
  jobs?: { readonly [Type in Types]: Job<Type> }
  /** What the tick of every minute does. */
  cron?: readonly CronTask[]
  /** Rows that the tick deletes after their retention time. */
  expires?: readonly ExpiringRows[]
  /** Retention that needs more than deleting rows. */
  retires?: readonly Retirement[]
  /** What the module adds to the export of an account. */
  exportLists?: readonly ExportList[]
}

/** Keeps the message types, so that the compiler can check that each has exactly one handler. */
export const defineModule = <Types extends MessageType = never>(module: Module<Types>): Module<Types> =>
  module
