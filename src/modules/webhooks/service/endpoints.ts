import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { requireRoom } from '../../../core/plans.ts'
import { sealSecret } from '../../../core/secret-box.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { compileTemplate } from '../../../engine/expression/index.ts'
import { wakeLanes } from '../../../objects/webhook-sender.ts'
import { judgeUrl } from '../../../providers/outbound/index.ts'
import { requireEventScopes } from '../event-scopes.ts'
import {
  countEndpoints,
  deleteEndpoint,
  type EndpointChanges,
  type EndpointRow,
  endDeliveries,
  findEndpoint,
  findEndpoints,
  holdDeliveries,
  insertEndpoint,
  releaseDeliveries,
  updateEndpoint,
} from '../repo/endpoints.ts'
import type {
  CreateWebhook,
  ListWebhooks,
  NewWebhook,
  UpdateWebhook,
  Webhook,
  WebhookSecret,
} from '../schema/endpoint.ts'
import { newSecret } from '../signature.ts'
import {
  changedMeanwhile,
  endpointHeadersPlace,
  endpointSecretPlace,
  OLD_SECRET_LIFE_MS,
  requireRotatable,
} from './secrets.ts'
import { toWebhook } from './view.ts'

export async function listWebhooks(ctx: ServiceContext, query: ListWebhooks): Promise<Page<Webhook>> {
  const { teamId } = ctx.actor
  const rows = await findEndpoints(ctx.db, teamId, query)
  const now = ctx.now()
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.createdAt, id: row.id }),
    (row) => toWebhook(row, now),
  )
  return query.count ? { ...page, total: await countEndpoints(ctx.db, teamId, query.active) } : page
}

export async function getWebhook(ctx: ServiceContext, id: string): Promise<Webhook> {
  return toWebhook(await requireEndpoint(ctx, id), ctx.now())
}

export async function requireEndpoint(ctx: ServiceContext, id: string): Promise<EndpointRow> {
  const row = await findEndpoint(ctx.db, ctx.actor.teamId, id)
  if (row === null) throw notFound('The webhook')
  return row
}

export async function createWebhook(ctx: ServiceContext, input: CreateWebhook): Promise<NewWebhook> {
  const { teamId, userId, plan } = ctx.actor
  requireEventScopes(ctx.actor, input.events)
  requireCallable(ctx, input.url)
  requireFilter(input.filter)
  const now = ctx.now()
  const id = newId('whk', now)
  const secret = newSecret()
  const { SECRETS_KEYS } = ctx.settings
  const outcome = await commit(ctx, {
    guard: insertEndpoint(
      {
        id,
        teamId,
        url: input.url,
        events: JSON.stringify(input.events),
        filter: input.filter,
        description: input.description,
        ...(await sealedHeaders(ctx, id, input.headers)),
        active: input.active ? 1 : 0,
        rateLimitPerS: input.rateLimitPerS,
        secret: await sealSecret(SECRETS_KEYS, endpointSecretPlace(teamId, id), secret),
        createdBy: userId,
        createdAt: now,
      },
      plan,
    ),
    audit: { action: 'webhook.created', targetType: 'webhook', targetId: id, after: audited(input) },
  })
  if (outcome === 'guard_missed') {
    requireRoom(plan, 'webhookEndpoints', await countEndpoints(ctx.db, teamId), 'webhooks')
    throw new AppError('resource.conflict', { detail: 'The plan was just changed. Try again.' })
  }
  return { ...(await getWebhook(ctx, id)), secret }
}

export async function updateWebhook(
  ctx: ServiceContext,
  id: string,
  input: UpdateWebhook,
  expected: Expected,
): Promise<Webhook> {
  const { teamId } = ctx.actor
  const before = await requireEndpoint(ctx, id)
  requireExpected(expected, before.version)
  if (Object.keys(input).length === 0) return toWebhook(before, ctx.now())
  // What it receives goes to the URL, and errors of the filter are shown.
  if (input.url !== undefined || input.events !== undefined || input.filter !== undefined)
    requireEventScopes(ctx.actor, input.events ?? (JSON.parse(before.events) as string[]))
  if (input.url !== undefined) requireCallable(ctx, input.url)
  requireHeadersAgain(before, input)
  requireFilter(input.filter)
  const now = ctx.now()
  const isSwitched = input.active !== undefined && input.active !== (before.active === 1)
  await commitOrStale(ctx, {
    guard: updateEndpoint(
      ctx.db,
      teamId,
      id,
      await changesOf(ctx, id, input, isSwitched),
      before.version,
      now,
    ),
    statements: !isSwitched ? [] : [input.active ? releaseDeliveries(id, now) : holdDeliveries(id)],
    audit: {
      action: 'webhook.updated',
      targetType: 'webhook',
      targetId: id,
      before: { url: before.url, events: JSON.parse(before.events), active: before.active === 1 },
      after: audited(input),
    },
  })
  if (isSwitched && input.active) ctx.defer(wakeLanes(ctx.env.WEBHOOKS, [id]))
  return getWebhook(ctx, id)
}

/** Headers usually contain a credential of the receiver, which must not be sent to another one by changing the URL. */
function requireHeadersAgain(before: EndpointRow, { url, headers }: UpdateWebhook): void {
  if (url === undefined || url === before.url || headers !== undefined || before.headers === null) return
  throw new AppError('request.invalid', {
    errors: [
      {
        path: '/headers',
        message: 'send the headers again, because their values would be sent to another URL; {} removes them',
        code: 'secret_required',
      },
    ],
  })
}

async function changesOf(
  ctx: ServiceContext,
  id: string,
  { events, headers, active, ...rest }: UpdateWebhook,
  isSwitched: boolean,
): Promise<EndpointChanges> {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return {
    ...given,
    ...(rest.filter === undefined ? {} : { filterError: null, filterErrorAt: null }),
    ...(events === undefined ? {} : { events: JSON.stringify(events) }),
    ...(headers === undefined ? {} : await sealedHeaders(ctx, id, headers)),
    ...(active === undefined ? {} : { active: active ? 1 : 0 }),
    // Enabling the endpoint again restarts the five days.
    ...(isSwitched && active
      ? { disabledReason: null, disabledAt: null, failingSince: null, heldUntil: null }
      : {}),
  }
}

export async function deleteWebhook(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  const { teamId } = ctx.actor
  const { version, url } = await requireEndpoint(ctx, id)
  const seen = requireExpected(expected, version)
  await commitOrStale(ctx, {
    guard: deleteEndpoint(teamId, id, seen),
    statements: [endDeliveries(id, ctx.now())],
    audit: { action: 'webhook.deleted', targetType: 'webhook', targetId: id, before: { url } },
  })
}

export async function rotateSecret(ctx: ServiceContext, id: string, force: boolean): Promise<WebhookSecret> {
  const { teamId } = ctx.actor
  const before = await requireEndpoint(ctx, id)
  const now = ctx.now()
  requireRotatable(before.oldSecretUntil, now, force)
  const oldSecretUntil = now + OLD_SECRET_LIFE_MS
  const secret = newSecret()
  const sealed = await sealSecret(ctx.settings.SECRETS_KEYS, endpointSecretPlace(teamId, id), secret)
  const changes = { secret: sealed, oldSecret: before.secret, oldSecretUntil }
  const done = await commit(ctx, {
    guard: updateEndpoint(ctx.db, teamId, id, changes, before.version, now),
    audit: { action: 'webhook.secret_rotated', targetType: 'webhook', targetId: id },
  })
  if (done === 'guard_missed') throw changedMeanwhile()
  return { secret, oldSecretUntil: toIso(oldSecretUntil) }
}

async function sealedHeaders(
  { settings, actor }: ServiceContext,
  id: string,
  headers: Record<string, string>,
): Promise<{ headers: string | null; headerNames: string }> {
  const names = Object.keys(headers)
  if (names.length === 0) return { headers: null, headerNames: '[]' }
  const place = endpointHeadersPlace(actor.teamId, id)
  return {
    headers: await sealSecret(settings.SECRETS_KEYS, place, JSON.stringify(headers)),
    headerNames: JSON.stringify(names),
  }
}

function requireCallable({ settings }: ServiceContext, url: string): void {
  const judged = judgeUrl(url, settings.OUTBOUND_ALLOW_HOSTS)
  if (!judged.ok) throw new AppError('outbound.blocked', { detail: `url: ${judged.error.reason}` })
}

function requireFilter(filter: string | null | undefined): void {
  if (filter === null || filter === undefined) return
  const template = compileTemplate(filter)
  const message = !template.ok
    ? template.error.message
    : filter.includes('{{')
      ? null
      : 'must be an expression such as {{ item.error != null }}; plain text is always true'
  if (message !== null)
    throw new AppError('request.invalid', {
      errors: [{ path: '/filter', message, code: 'expression.invalid' }],
    })
}

/** The names of headers, not their values. */
const audited = ({ headers, ...rest }: UpdateWebhook) => ({
  ...rest,
  ...(headers === undefined ? {} : { headers: Object.keys(headers) }),
})
