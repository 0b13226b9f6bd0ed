// What every use case is given. Services take it as their first argument and nothing else from outside, so they run
// the same behind HTTP, a queue message, a cron tick or a test.
import { createLog, type Log } from './core/log.ts'
import type { Plan } from './core/plans.ts'
import { type Db, dbOf } from './db/client.ts'
import { type HotRead, rowsOf } from './db/hot-read.ts'
import type { PlatformRole, TeamRole } from './db/schema/index.ts'
import { type Env, readSettings, type Settings } from './env.ts'

export type RequestContext = {
  env: Env
  settings: Settings
  db: Db
  now: () => number
  log: Log
  requestId: string
  /** Where the request came from; null for the system's own work. */
  address: string | null
  userAgent: string | null
  /** Work that may end after the answer is sent. It must be repeatable: nothing rests on it. */
  defer: (work: Promise<unknown>) => void
}

type Origin = {
  now: () => number
  requestId: string
  defer: (work: Promise<unknown>) => void
  address?: string | null
  userAgent?: string | null
}

/** A context for a request, a queue message or a cron tick. Throws when the Worker is not set up. */
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

/** Who asks, as one primary D1 query said for this very request: never from a cache. */
export type Actor = {
  kind: 'user' | 'api_key'
  userId: string
  email: string
  emailVerified: boolean
  platformRole: PlatformRole
  /** The team the request is in. Every query of a service filters by it. */
  teamId: string
  teamRole: TeamRole
  plan: Plan
  sessionId: string | null
  keyId: string | null
  /** What an API key may do; null for a person, who may do what the roles allow. */
  scopes: string[] | null
}

/** The key a POST was sent under, with the hash of what was asked. */
export type IdempotencyClaim = { key: string; requestHash: string; expiresAt: number }

/** For whom is read. A person who named no team may find things of any of theirs by id; a key is bound to its team. */
export type Reader = { userId: string; teamId: string; anyTeam: boolean }

/** Reads for whoever asks. Where the permission question is still open, it is asked in the same statement as the read. */
export type ReadContext = RequestContext & {
  read: <Row>(query: (who: Reader) => HotRead<Row>) => Promise<{ rows: Row[]; actor: Actor }>
}

/** A context whose permission question is answered. A service that only reads takes a `ReadContext`, and so serves both. */
export type ServiceContext = ReadContext & {
  actor: Actor
  idempotency: IdempotencyClaim | null
  /** As `Reader` has it. Only reads by id look at it. */
  anyTeam: boolean
}

export function serviceContext(request: RequestContext, actor: Actor, anyTeam = false): ServiceContext {
  const who = { userId: actor.userId, teamId: actor.teamId, anyTeam }
  return {
    ...request,
    actor,
    idempotency: null,
    anyTeam,
    read: async (query) => ({ rows: await rowsOf(request.env.DB, query(who)), actor }),
  }
}
