// Secrets that come along with triggers, as `auth.secret`. Invariants:
// 1. They are taken out before anything is checked or stored, since versions, drafts and templates are shown to everybody in
//    the team: what is kept is the sealed value in the row of the trigger, and nothing ever reads it back out.
// 2. A secret is sealed for its row, so the id of the row is settled first.
import type { RequestContext } from '../../../context.ts'
import { jsonTypeOf } from '../../../core/json-type.ts'
import { openSecret, sealSecret } from '../../../core/secret-box.ts'
import type { Problem } from '../../../engine/model/problem.ts'
import { findSecrets, type TriggerWrite } from '../repo.ts'
import { TriggerSecret } from '../schema.ts'
import { triggerSecretPlace } from './stored-secrets.ts'

/** By the key of the trigger. */
export type Secrets = ReadonlyMap<string, string>

/** `triggers` is what was given, without the secrets; like `problems` it may hold anything that was sent. */
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
        message: read.error.issues[0]?.message ?? 'This cannot be a secret',
      })
    return found.trigger
  })
  return { triggers, secrets, problems }
}

/** What is wrong with secrets where triggers are stored as they were sent. */
export function secretsNotKept(triggers: unknown, where: string): Problem[] {
  if (!Array.isArray(triggers)) return []
  return triggers.flatMap((trigger: unknown, position): Problem[] =>
    secretIn(trigger) === null
      ? []
      : [
          {
            path: `/triggers/${position}/auth/secret`,
            code: 'trigger.secret_not_kept',
            message: `${where} keeps no secrets, since it shows its triggers`,
            hint: 'Set it with PUT /api/v1/workflows/{id}/triggers/{key}/secret',
          },
        ],
  )
}

/** Only where a webhook has a way to use it; anywhere else `secret` is an unknown field. */
function secretIn(trigger: unknown): { key: string; secret: unknown; trigger: unknown } | null {
  if (jsonTypeOf(trigger) !== 'object') return null
  const { type, auth, key = type } = trigger as Record<string, unknown>
  if (type !== 'webhook' || typeof key !== 'string' || jsonTypeOf(auth) !== 'object') return null
  const { secret, ...others } = auth as Record<string, unknown>
  if (secret === undefined || others.type === 'none') return null
  return { key, secret, trigger: { ...(trigger as object), auth: others } }
}

/** Those that are not the ones that are there: setting a secret again changes nothing. */
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

/** Puts the sealed secrets into the rows that are written. Rows of a known workflow keep their ids. */
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

/** For the audit log, which says whose secrets were set. */
export const secretsSet = (secrets: ReadonlyMap<string, unknown>): { secretsSetOf?: string[] } =>
  secrets.size === 0 ? {} : { secretsSetOf: [...secrets.keys()] }
