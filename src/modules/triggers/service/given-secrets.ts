// Secrets in requests with triggers, as `auth.secret`. Invariants:
// 1. They are removed before anything is checked or stored, because everybody in the team can see versions, drafts and
//    templates. Only the encrypted value in the trigger's row is stored, and it is never shown.
// 2. A secret is encrypted for its row, so the id of the row is decided first.
import type { RequestContext } from '../../../context.ts'
import { jsonTypeOf } from '../../../core/json-type.ts'
import { openSecret, sealSecret } from '../../../core/secret-box.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { findSecrets, type TriggerWrite } from '../repo.ts'
import { TriggerSecret } from '../schema.ts'
import { triggerSecretPlace } from './stored-secrets.ts'

/** By trigger key. */
export type Secrets = ReadonlyMap<string, string>

/** `triggers` is the input without the secrets. Like the input, it may contain anything. */
export type GivenTriggers = { triggers: unknown; secrets: Secrets; problems: Problem[] }

export function takeSecrets(given: unknown): GivenTriggers {
  const secrets = new Map<string, string>()
  const problems: Problem[] = []
  if (!Array.isArray(given)) return { triggers: given, secrets, problems }
  const triggers = given.map((trigger: unknown, position) => {
    const found = secretIn(trigger)
    if (found === null) return trigger
    const read = TriggerSecret.safeParse(found.secret)
    if (read.success) secrets.set(found.key, read.data)
    else
      problems.push({
        path: `/triggers/${position}/auth/secret`,
        code: 'trigger.bad_secret',
        message: read.error.issues[0]?.message ?? 'Is not a valid secret',
      })
    return found.trigger
  })
  return { triggers, secrets, problems }
}

/** Reports secrets where triggers are stored exactly as sent. */
export function secretsNotKept(triggers: unknown, where: string): Problem[] {
  if (!Array.isArray(triggers)) return []
  return triggers.flatMap((trigger: unknown, position): Problem[] =>
    secretIn(trigger) === null
      ? []
      : [
          {
            path: `/triggers/${position}/auth/secret`,
            code: 'trigger.secret_not_kept',
            message: `${where} cannot contain secrets, because its triggers are shown`,
            hint: 'Set the secret with PUT /api/v1/workflows/{id}/triggers/{key}/secret',
          },
        ],
  )
}

/** Only for webhooks with an `auth` that can use it. Everywhere else, `secret` is an unknown field. */
function secretIn(trigger: unknown): { key: string; secret: unknown; trigger: unknown } | null {
  if (jsonTypeOf(trigger) !== 'object') return null
  const { type, auth, key = type } = trigger as Record<string, unknown>
  if (type !== 'webhook' || typeof key !== 'string' || jsonTypeOf(auth) !== 'object') return null
  const { secret, ...others } = auth as Record<string, unknown>
  if (secret === undefined || others.type === 'none') return null
  return { key, secret, trigger: { ...(trigger as object), auth: others } }
}

/** The secrets that differ from the stored ones. Setting the same secret again changes nothing. */
export async function changedSecrets(
  { env, settings, actor }: RequestContext & { actor: { teamId: string } },
  workflowId: string,
  secrets: Secrets = new Map(),
): Promise<Secrets> {
  if (secrets.size === 0) return secrets
  const rows = await findSecrets(env.DB, workflowId, [...secrets.keys()])
  const changed = new Map(secrets)
  for (const { id, key, secret } of rows) {
    if (secret === null) continue
    const present = await openSecret(settings.SECRETS_KEYS, triggerSecretPlace(actor.teamId, id), secret)
    if (present === secrets.get(key)) changed.delete(key)
  }
  return changed
}

/** Adds the encrypted secrets to the rows to write. Rows of an existing workflow keep their ids. */
export async function sealSecrets(
  { env, settings, actor }: RequestContext & { actor: { teamId: string } },
  writes: TriggerWrite[],
  secrets: Secrets,
  workflowId?: string,
): Promise<TriggerWrite[]> {
  if (secrets.size === 0) return writes
  const rows = workflowId === undefined ? [] : await findSecrets(env.DB, workflowId, [...secrets.keys()])
  const ids = new Map(rows.map(({ key, id }) => [key, id]))
  return Promise.all(
    writes.map(async (write) => {
      const secret = secrets.get(write.key)
      if (secret === undefined) return write
      const id = ids.get(write.key) ?? write.id
      const place = triggerSecretPlace(actor.teamId, id)
      return { ...write, id, secret: await sealSecret(settings.SECRETS_KEYS, place, secret) }
    }),
  )
}

/** For the audit log, which records the keys of the triggers whose secrets were set. */
export const secretsSet = (secrets: ReadonlyMap<string, unknown>): { secretsSetOf?: string[] } =>
  secrets.size === 0 ? {} : { secretsSetOf: [...secrets.keys()] }
