import type { RequestContext } from '../../../context.ts'
import { rewrapSecret } from '../../../core/secret-box.ts'
import { findTokensToRewrap, replaceTokens } from '../oauth/repo.ts'
import { secretPlace } from '../secrets.ts'
import { findSecretsToRewrap, replaceSealed } from './repo.ts'

/** Per tick. */
const MAX_REWRAPPED = 100

/** Encrypts secrets and tokens again with the current key. Returns how many; 0 means that the old key can be removed. */
export async function rewrapIntegrations({ env, settings, log }: RequestContext): Promise<number> {
  const ring = settings.SECRETS_KEYS
  if (Object.keys(ring.keys).length < 2) return 0
  const again = async (teamId: string, id: string, field: string, sealed: string | null) =>
    sealed === null ? null : ((await rewrapSecret(ring, secretPlace(teamId, id, field), sealed)) ?? sealed)
  let moved = 0
  const move = async (integrationId: string, work: () => Promise<void>) => {
    try {
      await work()
      moved++
    } catch (error) {
      log.error('a secret of an integration could not be re-encrypted', { integrationId, error })
    }
  }
  for (const row of await findSecretsToRewrap(env.DB, ring.current, MAX_REWRAPPED)) {
    const { teamId, integrationId: id, field } = row
    await move(id, async () => {
      const [sealed, previous] = [
        await again(teamId, id, field, row.sealed),
        await again(teamId, id, field, row.previous),
      ]
      await replaceSealed(env.DB, row, sealed ?? row.sealed, previous)
    })
  }
  for (const row of await findTokensToRewrap(env.DB, ring.current, MAX_REWRAPPED)) {
    const { teamId, integrationId: id } = row
    await move(id, async () => {
      const [access, refresh] = [
        await again(teamId, id, 'access', row.access),
        await again(teamId, id, 'refresh', row.refresh),
      ]
      await replaceTokens(env.DB, row, access, refresh)
    })
  }
  return moved
}
