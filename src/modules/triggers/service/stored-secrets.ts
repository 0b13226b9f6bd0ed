// The secrets of webhook triggers. They can be set but never read.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { rewrapSecret, type SecretPlace, sealSecret } from '../../../core/secret-box.ts'
import { commit } from '../../../db/commit.ts'
import { requireScope } from '../../../http/scopes.ts'
import { findTrigger, findTriggersToRewrap, replaceTriggerSecret, setTriggerSecret } from '../repo.ts'
import type { SetTriggerSecret } from '../schema.ts'

export const triggerSecretPlace = (teamId: string, triggerId: string): SecretPlace => ({
  team: teamId,
  table: 'workflow_triggers',
  row: triggerId,
  column: 'secret',
})

export async function storeTriggerSecret(
  ctx: ServiceContext,
  workflowId: string,
  key: string,
  { secret }: SetTriggerSecret,
): Promise<void> {
  const { teamId } = ctx.actor
  requireScope(
    ctx.actor,
    'runs:write',
    'With the secret, deliveries start runs, which requires the scope runs:write.',
  )
  const trigger = await findTrigger(ctx.env.DB, teamId, workflowId, key)
  if (trigger === null) throw notFound('The trigger')
  if (trigger.type !== 'webhook')
    throw new AppError('resource.conflict', { detail: 'Only a webhook trigger has a secret.' })
  const sealed = await sealSecret(ctx.settings.SECRETS_KEYS, triggerSecretPlace(teamId, trigger.id), secret)
  const done = await commit(ctx, {
    guard: setTriggerSecret(teamId, trigger.id, sealed),
    audit: {
      action: 'trigger.secret_set',
      targetType: 'trigger',
      targetId: trigger.id,
      after: { workflowId, key },
    },
  })
  if (done === 'guard_missed') throw notFound('The trigger')
}

/** Secrets that one tick re-encrypts at most. */
const MAX_REWRAPPED = 100

/** Re-encrypts secrets with the current key. Returns how many it changed; 0 means that all are done. */
export async function rewrapTriggerSecrets({ env, settings, log }: RequestContext): Promise<number> {
  const ring = settings.SECRETS_KEYS
  if (Object.keys(ring.keys).length < 2) return 0
  let moved = 0
  for (const { id, teamId, secret } of await findTriggersToRewrap(env.DB, ring.current, MAX_REWRAPPED)) {
    try {
      const rewrapped = await rewrapSecret(ring, triggerSecretPlace(teamId, id), secret)
      if (rewrapped === null) continue
      await replaceTriggerSecret(env.DB, id, secret, rewrapped)
      moved++
    } catch (error) {
      log.error('the secret of a trigger could not be re-encrypted', { triggerId: id, error })
    }
  }
  return moved
}
