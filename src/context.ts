// The context of every use case. Services take it as their first argument and have no other outside input, so they run the same in
// an HTTP request, a queue message, a cron tick or a test.
import { createLog, type Log } from './core/log.ts'
import type { Plan } from './core/plans.ts'
import { type Db, dbOf } from './db/client.ts'
import { type HotRead, rowsOf } from './db/hot-read.ts'
import type { PlatformRole, TeamRole } from './db/schema/index.ts'
import { type Env, readLogLevel, readSettings, type Settings } from './env.ts'

export type RequestContext = {
  env: Env
  settings: Settings
  db: Db
  now: () => number
  log: Log
  requestId: string
  /** The client's address; null for the system's own work. */
  address: string | null
  userAgent: string | null
  /** Runs work that may finish after the response. It must be repeatable, and nothing may depend on it. */
  defer: (work: Promise<unknown>) => void
}

type Origin = {
  now: () => number
  requestId: string
  defer: (work: Promise<unknown>) => void
  address?: string | null
  userAgent?: string | null
}

/** A context for a request, a queue message or a cron tick. Throws if the Worker is not configured. */
export function openContext(env: Env, origin: Origin): RequestContext {
  const settings = readSettings(env)
  return {
    env,
    settings,
    db: dbOf(env.DB),
    now: origin.now,
    log: createLog(settings.LOG_LEVEL, { requestId: origin.requestId }),
    requestId: origin.requestId,
    address: origin.address ?? null,
    userAgent: origin.userAgent ?? null,
    defer: origin.defer,
  }
}

/** For Durable Objects, whose work may belong to no request. It also works if other settings are wrong. */
export const objectLog = (env: Env): Log => createLog(readLogLevel(env))

/** The caller, read from the primary D1 database for this request and never cached. */
export type Actor = {
  kind: 'user' | 'api_key'
  userId: string
  email: string
  emailVerified: boolean
  platformRole: PlatformRole
  /** The team of the request. Every query of a service filters by it. */
  teamId: string
  teamRole: TeamRole
  plan: Plan
  sessionId: string | null
  keyId: string | null
  /** The scopes of an API key; null for a person, whose roles decide. */
  scopes: string[] | null
}

/** The idempotency key of a POST, with the hash of the request. */
export type IdempotencyClaim = { key: string; requestHash: string; expiresAt: number }

/** Who a read is for. A person who named no team can find objects of all their teams by id; a key is bound to its team. */
export type Reader = { kind: Actor['kind']; userId: string; teamId: string; anyTeam: boolean }

/** For reads. If permissions have not been checked yet, the check is part of the same statement as the read. */
export type ReadContext = RequestContext & {
  read: <Row>(query: (who: Reader) => HotRead<Row>) => Promise<{ rows: Row[]; actor: Actor }>
}

/** A context with checked permissions. Services that only read take a `ReadContext`, so they accept both. */
export type ServiceContext = ReadContext & {
  actor: Actor
  idempotency: IdempotencyClaim | null
  /** As in `Reader`. Only reads by id use it. */
  anyTeam: boolean
}

export function serviceContext(request: RequestContext, actor: Actor, anyTeam = false): ServiceContext {
  const who = { kind: actor.kind, userId: actor.userId, teamId: actor.teamId, anyTeam }
  return {
    ...request,
    actor,
    idempotency: null,
    anyTeam,
    read: async (query) => ({ rows: await rowsOf(request.env.DB, query(who)), actor }),
  }
}
