// Changes of an integration. Invariants:
// 1. A change is only written to the version that it is based on, and encrypts secrets for the existing row.
// 2. Secrets that are not sent stay, without being decrypted: they were checked when they were set.
// 3. A change that would send secrets to another host or URL needs all of them again (`receivers.ts`).
// 4. Tokens that were fetched with other settings are deleted, so that a refresh token is never sent to another URL.
import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import type { Statement } from '../../../db/statement.ts'
import { openFields } from '../credentials/open.ts'
import { clearTokens } from '../oauth/repo.ts'
import {
  type IntegrationChanges,
  type IntegrationRow,
  updateIntegration as updateRow,
} from '../repo/integrations.ts'
import { deleteSecret, rotateSecret, upsertSecret } from '../repo/secrets.ts'
import type { Integration, RotateSecrets, UpdateIntegration } from '../schema.ts'
import { sealAll } from '../secrets.ts'
import { firstTestAt } from '../tests/when.ts'
import { type Fields, invalid, requireFields, requireHosts, requireType } from './fields.ts'
import { commitNamed, getIntegration } from './integrations.ts'
import { keptSecrets, newReceivers } from './receivers.ts'
import { refuseUsed } from './uses.ts'
import { loadRow } from './view.ts'

const MAX_TRIES = 4

export async function updateIntegration(
  ctx: ServiceContext,
  id: string,
  input: UpdateIntegration,
  expected: Expected,
): Promise<Versioned<Integration>> {
  return repeatedly(ctx, id, expected, async (before) => {
    const change = await planUpdate(ctx, before, input)
    if (change === null) return 'done'
    return commitNamed(ctx, input.name, {
      guard: updateRow(ctx.db, before, change.changes, ctx.now()),
      statements: change.statements,
      audit: {
        action: 'integration.updated',
        targetType: 'integration',
        targetId: id,
        before: { name: before.name, config: before.config, allowedHosts: before.allowedHosts },
        after: { ...change.shown, ...(change.fields.length > 0 ? { secretsSetOf: change.fields } : {}) },
      },
    })
  })
}

/** New values for some secrets. The old ones stay valid for a while. */
export async function rotateSecrets(
  ctx: ServiceContext,
  id: string,
  input: RotateSecrets,
  expected: Expected,
): Promise<Versioned<Integration>> {
  const fields = Object.keys(input.secrets)
  if (fields.length === 0)
    throw invalid([{ path: '/secrets', message: 'specify at least one secret', code: 'required' }])
  return repeatedly(ctx, id, expected, async (before) => {
    const { teamId } = ctx.actor
    const type = requireType(before.type)
    const { secrets: stored } = await openFields(ctx, before)
    const { secrets } = requireFields(type, {
      config: before.config,
      secrets: { ...stored, ...input.secrets },
    })
    const now = ctx.now()
    const of = { teamId, integrationId: id, now }
    const until = now + input.overlapS * 1_000
    const changed = Object.fromEntries(fields.map((field) => [field, secrets[field] as string]))
    const sealed = await sealAll(ctx.settings.SECRETS_KEYS, teamId, id, changed)
    return commitNamed(ctx, undefined, {
      guard: updateRow(ctx.db, before, afterNewSecrets(type.token, before), now),
      statements: sealed.map((one) => rotateSecret(of, one, until)),
      audit: {
        action: 'integration.rotated',
        targetType: 'integration',
        targetId: id,
        after: { secretsSetOf: fields, overlapS: input.overlapS },
      },
    })
  })
}

async function repeatedly(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  attempt: (before: IntegrationRow) => Promise<'done' | 'guard_missed'>,
): Promise<Versioned<Integration>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await loadRow(ctx, id)
    requireExpected(expected, before.version)
    if ((await attempt(before)) === 'done') return getIntegration(ctx, id)
    if (expected !== null) throw new AppError('resource.stale')
  }
  throw new AppError('resource.conflict', {
    detail: 'The integration is being changed by other requests. Try again.',
  })
}

type Planned = {
  changes: IntegrationChanges
  statements: Statement[]
  /** For the audit log: everything except secrets. */
  shown: Record<string, unknown>
  fields: string[]
}

async function planUpdate(
  ctx: ServiceContext,
  before: IntegrationRow,
  input: UpdateIntegration,
): Promise<Planned | null> {
  const type = requireType(before.type)
  const shown = differing(before, input)
  const given = input.secrets ?? {}
  const isSame =
    Object.keys(shown).length === 0 &&
    Object.keys(given).length === 0 &&
    input.config === undefined &&
    input.allowedHosts === undefined
  if (isSame) return null
  if (shown.name !== undefined) await refuseUsed(ctx, before, 'rename')
  const stored = await openFields(ctx, before)
  const merged: Fields = {
    config: without({ ...before.config, ...input.config }),
    secrets: without({ ...stored.secrets, ...given }) as Record<string, string>,
  }
  const fields = requireFields(type, merged)
  const config =
    canonicalJson(fields.config as Json) === canonicalJson(before.config as Json) ? null : fields.config
  const allowedHosts = requireHosts(
    type,
    fields,
    hostsFor(type.hosts, before, stored, input),
    ctx.settings.OUTBOUND_ALLOW_HOSTS,
  )
  const receivers = newReceivers(type, before, { config: fields.config, allowedHosts })
  if (receivers.length > 0) requireSecretsAgain(keptSecrets(type, stored.secrets, given), receivers)
  const { teamId } = ctx.actor
  const now = ctx.now()
  const of = { teamId, integrationId: before.id, now }
  const sent = Object.keys(given)
  const set = Object.fromEntries(
    sent.filter((name) => given[name] !== null).map((name) => [name, fields.secrets[name] as string]),
  )
  const sealed = await sealAll(ctx.settings.SECRETS_KEYS, teamId, before.id, set)
  const isOther = config !== null || sent.length > 0 || receivers.length > 0
  // Without a client secret, nothing shows that the consent belongs to this person.
  const isUnproven = receivers.length > 0 && type.token !== undefined && sent.length === 0
  const dropsTokens = isUnproven || areTokensOver(type.token, before.config, fields.config, sent.length > 0)
  return {
    changes: {
      ...shown,
      ...(config === null ? {} : { config }),
      allowedHosts,
      ...(isOther ? afterNewSecrets(type.token, before, dropsTokens) : {}),
      ...(isOther ? { nextTestAt: firstTestAt(type, fields, now) } : {}),
    },
    statements: [
      ...sealed.map((one) => upsertSecret(of, one)),
      ...sent.filter((name) => given[name] === null).map((name) => deleteSecret(before.id, name)),
      ...(dropsTokens ? [clearTokens(before.id)] : []),
    ],
    shown: { ...shown, ...(config === null ? {} : { config }), allowedHosts },
    fields: sent,
  }
}

function requireSecretsAgain(fields: readonly string[], receivers: readonly string[]): void {
  if (fields.length === 0) return
  const where = receivers.slice(0, MAX_SHOWN).join(', ')
  throw invalid(
    fields.map((field) => ({
      path: `/secrets/${field}`,
      message: `send this secret again, because the change would allow it to be sent to ${where}`,
      code: 'secret_required',
    })),
  )
}

const MAX_SHOWN = 5

/**
 * A consent survives a new client secret, but no other client or URL. A token that needs no consent can be fetched
 * again.
 */
function areTokensOver(
  token: string | undefined,
  before: Fields['config'],
  after: Fields['config'],
  hasNewSecrets: boolean,
): boolean {
  if (token === undefined) return false
  const { testUrl: _was, ...old } = before
  const { testUrl: _is, ...next } = after
  if (canonicalJson(old as Json) !== canonicalJson(next as Json)) return true
  return hasNewSecrets && token !== 'authorization-code'
}

/** The consent was given for the previous client. */
function afterNewSecrets(
  token: string | undefined,
  { status }: IntegrationRow,
  dropsTokens = false,
): IntegrationChanges {
  const keeps = token === 'authorization-code' && (dropsTokens || status === 'needs_reconnect')
  return { status: keeps ? 'needs_reconnect' : 'untested', unclearTests: 0 }
}

/** Hosts that were not set explicitly follow the fields. */
function hostsFor(
  hosts: (config: Fields['config'], secrets: Fields['secrets']) => string[],
  before: IntegrationRow,
  stored: Fields,
  input: UpdateIntegration,
): string[] | undefined {
  if (input.allowedHosts !== undefined) return input.allowedHosts
  const defaults = hosts(before.config, stored.secrets)
  const areDefaults =
    canonicalJson([...new Set(defaults)].sort()) === canonicalJson([...before.allowedHosts].sort())
  return areDefaults ? undefined : before.allowedHosts
}

function differing(
  before: IntegrationRow,
  { name, description }: UpdateIntegration,
): Partial<Pick<IntegrationRow, 'name' | 'description'>> {
  return {
    ...(name === undefined || name === before.name ? {} : { name }),
    ...(description === undefined || description === before.description ? {} : { description }),
  }
}

const without = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
