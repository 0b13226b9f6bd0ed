import type { BreakerState } from './state.ts'

/** Identifies a breaker. An empty model means the breaker of the key. */
export type BreakerKey = { provider: string; keyRef: string; model: string }

export type StoredBreaker = BreakerState & { version: number }

type Row = Omit<StoredBreaker, 'failures'> & BreakerKey & { failures: string }

const COLUMNS =
  'provider, key_ref AS keyRef, model, failures, opens, open_until AS openUntil, probe_until AS probeUntil, version'

/** The breakers of a model and its key. */
export async function findBreakers(
  d1: D1Database,
  { provider, keyRef, model }: BreakerKey,
): Promise<{ model: StoredBreaker | null; key: StoredBreaker | null }> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM model_breakers WHERE provider = ?1 AND key_ref = ?2 AND model IN (?3, '')`,
    )
    .bind(provider, keyRef, model)
    .all<Row>()
  const of = (name: string): StoredBreaker | null => {
    const row = results.find((one) => one.model === name)
    return row === undefined ? null : stored(row)
  }
  return { model: of(model), key: of('') }
}

/** The breakers of all keys of some integrations or of the platform. */
export async function findBreakersOfKeys(
  d1: D1Database,
  keys: { provider: string; keyRef: string }[],
): Promise<(StoredBreaker & BreakerKey)[]> {
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM model_breakers
       WHERE (provider, key_ref) IN (SELECT value ->> 'provider', value ->> 'keyRef' FROM json_each(?1))`,
    )
    .bind(JSON.stringify(keys))
    .all<Row>()
  return results.map((row) => ({ ...row, ...stored(row) }))
}

const stored = ({ failures, opens, openUntil, probeUntil, version }: Row): StoredBreaker => ({
  failures: JSON.parse(failures) as number[],
  opens,
  openUntil,
  probeUntil,
  version,
})

/** Returns false if another request has written in the meantime. */
export async function upsertBreaker(
  d1: D1Database,
  { provider, keyRef, model }: BreakerKey,
  before: StoredBreaker | null,
  { failures, opens, openUntil, probeUntil }: BreakerState,
  now: number,
): Promise<boolean> {
  const { meta } = await d1
    .prepare(
      `INSERT INTO model_breakers (provider, key_ref, model, failures, opens, open_until, probe_until, version, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 + 1, ?9)
       ON CONFLICT DO UPDATE SET failures = ?4, opens = ?5, open_until = ?6, probe_until = ?7, version = ?8 + 1, updated_at = ?9
       WHERE version = ?8`,
    )
    .bind(
      provider,
      keyRef,
      model,
      JSON.stringify(failures),
      opens,
      openUntil,
      probeUntil,
      before?.version ?? 0,
      now,
    )
    .run()
  return meta.changes === 1
}

export async function deleteBreaker(d1: D1Database, { provider, keyRef, model }: BreakerKey): Promise<void> {
  await d1
    .prepare('DELETE FROM model_breakers WHERE provider = ?1 AND key_ref = ?2 AND model = ?3')
    .bind(provider, keyRef, model)
    .run()
}

/** When a key is replaced, its breakers are deleted. */
export async function deleteBreakersOfKey(d1: D1Database, provider: string, keyRef: string): Promise<void> {
  await d1
    .prepare('DELETE FROM model_breakers WHERE provider = ?1 AND key_ref = ?2')
    .bind(provider, keyRef)
    .run()
}
