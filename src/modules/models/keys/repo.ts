import { type Statement, statement } from '../../../db/commit.ts'
import { PROVIDERS } from '../../../providers/models/index.ts'

export type AiProviderRow = {
  provider: string
  sealed: string | null
  lastFour: string | null
  baseUrl: string | null
  models: string[] | null
  enabled: boolean
  priority: number
  version: number
  createdAt: number
  updatedAt: number
}

type Raw = Omit<AiProviderRow, 'models' | 'enabled'> & { models: string | null; enabled: number }

const COLUMNS =
  'provider, sealed, last_four AS lastFour, base_url AS baseUrl, models, enabled, priority, version, created_at AS createdAt, updated_at AS updatedAt'

const rowOf = (raw: Raw): AiProviderRow => ({
  ...raw,
  models: raw.models === null ? null : (JSON.parse(raw.models) as string[]),
  enabled: raw.enabled === 1,
})

/** At most one for each provider. */
export async function findAiProviders(d1: D1Database): Promise<AiProviderRow[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM ai_providers WHERE provider IN (SELECT value FROM json_each(?1)) ORDER BY priority, provider`,
    )
    .bind(JSON.stringify(PROVIDERS))
    .all<Raw>()
  return results.map(rowOf)
}

export async function findAiProvider(d1: D1Database, provider: string): Promise<AiProviderRow | null> {
  const raw = await d1
    .prepare(`SELECT ${COLUMNS} FROM ai_providers WHERE provider = ?1`)
    .bind(provider)
    .first<Raw>()
  return raw === null ? null : rowOf(raw)
}

/** Only if it has not changed since it was read. Without an earlier version, only if it does not exist. */
export const upsertAiProvider = (row: AiProviderRow, expected: number | null): Statement =>
  statement(
    `INSERT INTO ai_providers (provider, sealed, last_four, base_url, models, enabled, priority, version, created_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE ?11 IS NULL OR EXISTS (SELECT 1 FROM ai_providers WHERE provider = ?1)
     ON CONFLICT (provider) DO UPDATE SET sealed = ?2, last_four = ?3, base_url = ?4, models = ?5, enabled = ?6, priority = ?7, version = ?8, updated_at = ?10
       WHERE version = ?11`,
    row.provider,
    row.sealed,
    row.lastFour,
    row.baseUrl,
    row.models === null ? null : JSON.stringify(row.models),
    row.enabled ? 1 : 0,
    row.priority,
    row.version,
    row.createdAt,
    row.updatedAt,
    expected,
  )

export const deleteAiProvider = (provider: string): Statement =>
  statement('DELETE FROM ai_providers WHERE provider = ?1', provider)

/** Keys that are encrypted with a previous key of the ring. */
export async function findKeysToRewrap(
  d1: D1Database,
  currentKeyId: string,
): Promise<{ provider: string; sealed: string }[]> {
  const { results } = await d1
    .prepare('SELECT provider, sealed FROM ai_providers WHERE sealed NOT LIKE ?1')
    .bind(`v1.${currentKeyId}.%`)
    .all<{ provider: string; sealed: string }>()
  return results
}

/** Only if it has not changed since it was read. */
export async function replaceSealedKey(
  d1: D1Database,
  { provider, sealed }: { provider: string; sealed: string },
  again: string,
): Promise<void> {
  await d1
    .prepare('UPDATE ai_providers SET sealed = ?3 WHERE provider = ?1 AND sealed = ?2')
    .bind(provider, sealed, again)
    .run()
}

/** The administrators to notify if a key of the platform does not work. */
export async function findPlatformAdmins(d1: D1Database): Promise<string[]> {
  const { results } = await d1
    .prepare("SELECT id FROM users WHERE role = 'admin' AND status = 'active' LIMIT 50")
    .all<{ id: string }>()
  return results.map(({ id }) => id)
}
