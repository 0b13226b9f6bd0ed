import type { ServiceContext } from '../../../context.ts'
import { toIsoOrNull } from '../../../core/clock.ts'
import { randomToken } from '../../../core/crypto.ts'
import { newId } from '../../../core/ids.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { nextFire } from '../../../engine/schedule/next-fire.ts'
import { compileSchedule } from '../../../engine/schedule/trigger.ts'
import { credentialOf } from '../credential.ts'
import { hookPathParts } from '../hook-path.ts'
import { findSecrets, type TriggerRow, type TriggerWrite } from '../repo.ts'
import { type StoredTrigger, StoredTriggers, type Trigger } from '../schema.ts'

/** Triggers as stored, each with its key. The input must have passed `checkWorkflow`. */
export const keyed = (triggers: unknown): (StoredTrigger & { key: string })[] =>
  StoredTriggers.parse(
    (triggers as StoredTrigger[]).map((trigger) => ({ ...trigger, key: trigger.key ?? trigger.type })),
  ) as (StoredTrigger & { key: string })[]

/** The next fire time of a schedule; null for other triggers. */
export function nextFireOf(trigger: StoredTrigger, now: number): number | null {
  if (trigger.type !== 'schedule') return null
  const schedule = compileSchedule(trigger)
  return schedule.ok ? nextFire(schedule.value, now) : null
}

/**
 * Reports triggers without the secret they need. They must not become active, because every delivery would get 503. `id` is null
 * for a new workflow; `given` has the keys whose secret comes with the change.
 */
export async function missingSecrets(
  { env }: ServiceContext,
  id: string | null,
  triggers: (StoredTrigger & { key: string })[],
  given: ReadonlyMap<string, unknown>,
): Promise<Problem[]> {
  const checked = triggers.filter(
    (one) => one.type === 'webhook' && (one.auth?.type ?? 'none') !== 'none' && credentialOf(one) === null,
  )
  if (checked.length === 0) return []
  const keys = checked.map(({ key }) => key).filter((key) => !given.has(key))
  const rows = id === null || keys.length === 0 ? [] : await findSecrets(env.DB, id, keys)
  const known = new Set([...given.keys(), ...rows.filter((row) => row.secret !== null).map(({ key }) => key)])
  return triggers.flatMap((one, position): Problem[] =>
    checked.includes(one) && !known.has(one.key)
      ? [
          {
            path: `/triggers/${position}/auth/credential`,
            code: 'trigger.missing_credential',
            message: `The secret of the trigger "${one.key}" is not set`,
            hint: `Set auth.secret. Alternatively, save the workflow with active: false, set the secret with PUT /api/v1/workflows/{id}/triggers/${one.key}/secret, then activate it`,
          },
        ]
      : [],
  )
}

export const toTriggerWrites = (
  triggers: (StoredTrigger & { key: string })[],
  active: boolean,
  now: number,
): TriggerWrite[] =>
  triggers.map((trigger) => ({
    id: newId('trg', now),
    key: trigger.key,
    type: trigger.type,
    config: JSON.stringify(trigger),
    token: trigger.type === 'webhook' ? randomToken() : null,
    eventName: trigger.type === 'event' ? trigger.name : null,
    nextFireAt: active ? nextFireOf(trigger, now) : null,
  }))

export const hookUrl = (publicUrl: string, token: string, path = ''): string =>
  [`${publicUrl.replace(/\/+$/, '')}/api/v1/hooks/${token}`, ...hookPathParts(path)].join('/')

/** `rows` is the JSON that the query builds. Without `publicUrl`, webhooks have no URLs. */
export const toTriggers = (rows: string, publicUrl: string | null): Trigger[] =>
  (JSON.parse(rows) as TriggerRow[]).map((row) => toTrigger(row, publicUrl))

function toTrigger(row: TriggerRow, publicUrl: string | null): Trigger {
  const config = JSON.parse(row.config) as StoredTrigger
  const base = { key: row.key, id: row.id, active: row.active === 1 }
  if (config.type === 'schedule')
    return {
      ...config,
      ...base,
      nextFireAt: toIsoOrNull(row.nextFireAt),
      lastFireAt: toIsoOrNull(row.lastFireAt),
    }
  if (config.type === 'webhook')
    return {
      ...config,
      ...base,
      url: publicUrl === null ? null : hookUrl(publicUrl, row.token ?? '', config.path),
      hasSecret: row.hasSecret === 1,
    }
  return { ...config, ...base }
}
