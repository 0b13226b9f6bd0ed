// Authentication and authorization of requests. Invariants:
// 1. Every request checks permissions (status, token version, session, team role, plan) in D1. Only verified signatures and the
//    owner of a key, which never changes, are cached.
// 2. A team that the caller does not belong to gets the same response as a team that does not exist.
// 3. A route without `access` is served only if its module lists it in `publicRoutes`. All other routes are rejected.
import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { type Actor, type Reader, serviceContext } from '../context.ts'
import { AppError, notFound } from '../core/errors.ts'
import { remember } from '../core/remember.ts'
import { offeredProtocols } from '../core/subprotocols.ts'
import { firstOf, type HotRead, readBoth, rowsOf } from '../db/hot-read.ts'
import type { AppEnv } from './app-env.ts'
import type { Credential } from './authenticator.ts'
import { chargeAddress, limitByPlan } from './rate-limit.ts'
import { metaOf, tag } from './route-meta.ts'
import { judgeAccess, type Scope } from './scopes.ts'

/** What an account with an unconfirmed address may do if confirmation is required: see itself and confirm. */
const BEFORE_VERIFIED: ReadonlySet<Scope> = new Set(['profile:read', 'account:manage'])

/** `ticket`: the route is a WebSocket, which browsers open with a ticket instead of a credential. */
type AccessOptions = { team?: string; ticket?: true }

/** Accepts the request if the caller has the scope. The handler then has `c.var.ctx`. */
export function access(scope: Scope, options: AccessOptions = {}): MiddlewareHandler<AppEnv> {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    const { actor, anyTeam } = await charged(c, async () => {
      const { credential, query, teamId } = await question(c, options)
      const found = answer(c, credential, await firstOf(c.env.DB, query))
      return { actor: found, anyTeam: mayBeAnyTeam(credential, teamId) }
    })
    await limitByPlan(c, actor)
    requireRight(c, scope, actor)
    c.set('ctx', serviceContext(c.get('request'), actor, anyTeam))
    await next()
  }
  return tag(handler, { access: { scope, teamParam: options.team ?? null } })
}

/**
 * For hot reads. The handler gets `c.var.readCtx`, whose `read` sends its query and the permission check to D1 as one statement.
 * It returns no rows unless the check passes.
 */
export function accessWithRead(scope: Scope, options: AccessOptions = {}): MiddlewareHandler<AppEnv> {
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    const { credential, query, teamId } = await charged(c, () => question(c, options))
    let asked = false
    const judge = async (row: unknown): Promise<Actor> => {
      asked = true
      const actor = await charged(c, async () => answer(c, credential, row))
      await limitByPlan(c, actor)
      requireRight(c, scope, actor)
      return actor
    }
    c.set('readCtx', {
      ...c.get('request'),
      read: async <Row>(make: (who: Reader) => HotRead<Row>) => {
        const who = whoseCredential(credential, teamId)
        if (who !== undefined) {
          const { first, rows } = await readBoth(c.env.DB, query, make(who))
          return { rows, actor: await judge(first) }
        }
        const actor = await judge(await firstOf(c.env.DB, query))
        const owner = { kind: actor.kind, userId: actor.userId, teamId: actor.teamId, anyTeam: false }
        if (credential.kind === 'api_key') remember(keyOwners, MAX_OWNERS, credential.keyHash, owner)
        return { rows: await rowsOf(c.env.DB, make(owner)), actor }
      },
    })
    await next()
    // The request failed before it read anything. Permission errors still come first.
    if (!asked) await judge(await firstOf(c.env.DB, query))
  }
  return tag(handler, { access: { scope, teamParam: options.team ?? null } })
}

const MAX_OWNERS = 2_000
const keyOwners = new Map<string, Reader>()

/** The user to read for before access is checked. The owner of an unknown key is only in the key's row. */
const whoseCredential = (credential: Credential, teamId: string | null): Reader | undefined =>
  credential.kind === 'api_key'
    ? keyOwners.get(credential.keyHash)
    : {
        kind: 'user',
        userId: credential.userId,
        teamId: teamId ?? credential.personalTeamId,
        anyTeam: mayBeAnyTeam(credential, teamId),
      }

const mayBeAnyTeam = ({ kind }: Credential, teamId: string | null): boolean =>
  kind === 'user' && teamId === null

/** Requests without a valid credential count by address, which limits guessing keys and tokens. */
async function charged<T>(c: Context<AppEnv>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && error.status === 401) await chargeAddress(c)
    throw error
  }
}

async function question(c: Context<AppEnv>, options: AccessOptions) {
  const text = credentialText(c)
  if (text === null && options.ticket) return ticketQuestion(c)
  if (text === null) throw new AppError('auth.required')
  const credential = await c.get('parts').authenticator.readCredential(c.get('request'), text)
  const fromPath = options.team === undefined ? undefined : c.req.param(options.team)
  const teamId = fromPath ?? c.req.header('x-team-id') ?? null
  return { credential, teamId, query: c.get('parts').authenticator.principalQuery(credential, teamId) }
}

const answer = (c: Context<AppEnv>, credential: Credential, row: unknown): Actor =>
  c.get('parts').authenticator.toActor(c.get('request'), credential, row)

/** After the plan's limit, so that rejected requests count too. */
function requireRight(c: Context<AppEnv>, scope: Scope, actor: Actor): void {
  const verdict = judgeAccess(scope, actor)
  if (verdict === 'role_missing')
    throw new AppError('access.denied', { detail: `This requires the permission ${scope}.` })
  if (verdict === 'scope_missing')
    throw new AppError('access.scope_missing', { detail: `The API key needs the scope ${scope}.` })
  if (verdict === 'person_needed') throw new AppError('auth.fresh_sign_in_required')
  if (
    c.get('request').settings.REQUIRE_VERIFIED_EMAIL &&
    !actor.emailVerified &&
    !BEFORE_VERIFIED.has(scope)
  ) {
    throw new AppError('auth.email_not_verified')
  }
}

const TICKET = /^ticket\.([\w-]{20,100})$/

/** The ticket also identifies the team that it was created in. */
async function ticketQuestion(c: Context<AppEnv>) {
  const offered = offeredProtocols(c.req.header('sec-websocket-protocol'))
  const ticket = offered.map((one) => TICKET.exec(one)?.[1]).find((one) => one !== undefined)
  if (ticket === undefined) throw new AppError('auth.required')
  const { authenticator } = c.get('parts')
  const origin = c.req.header('origin') ?? null
  const { credential, teamId, channels } = await authenticator.readTicket(c.get('request'), ticket, origin)
  c.set('ticketChannels', channels)
  return { credential, teamId, query: authenticator.principalQuery(credential, teamId) }
}

function credentialText(c: Context<AppEnv>): string | null {
  const key = c.req.header('x-api-key')
  if (key !== undefined) return key
  const match = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')
  return match?.[1] ?? null
}

/** Rejects routes without a declaration: forgetting `access` closes a route instead of opening it. */
export const denyUndeclared =
  (publicRoutes: ReadonlySet<string>): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const routes = matchedRoutes(c).filter((route) => route.method !== 'ALL')
    const declared =
      routes.length === 0 ||
      routes.some(
        (route) =>
          metaOf(route.handler)?.access !== undefined || publicRoutes.has(`${route.method} ${route.path}`),
      )
    if (!declared) {
      c.get('request').log.error('a route is neither public nor behind access', { path: routes[0]?.path })
      throw notFound('The route')
    }
    await next()
  }
