// The key-value store that a team's runs share. Only nodes use it, for the team of their run.
import { utf8 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import { prepare, runBatch } from '../../db/statement.ts'
import {
  addToEntry,
  findEntry,
  findOperation,
  findRoom,
  MAX_ENTRIES,
  MAX_STORE_BYTES,
  setEntry,
} from './repo.ts'

export type StoreScope = { d1: D1Database; teamId: string; now: () => number }

const MAX_VALUE_BYTES = 1_000_000

export async function storeGet(scope: StoreScope, key: string): Promise<{ found: boolean; value: unknown }> {
  const { teamId, now } = scope
  const row = await prepare(scope.d1, findEntry({ teamId, key }, now())).first<{ value: string }>()
  return row === null ? { found: false, value: null } : { found: true, value: JSON.parse(row.value) }
}

/** Throws `plan.limit_reached` if the team has no room. */
export async function storeSet(
  scope: StoreScope,
  key: string,
  value: unknown,
  options: { ttlMs?: number; operationId: string },
): Promise<void> {
  const json = JSON.stringify(value ?? null)
  if (utf8(json).length > MAX_VALUE_BYTES)
    throw new AppError('request.too_large', { detail: `A value can have at most ${MAX_VALUE_BYTES} bytes.` })
  const { teamId, d1 } = scope
  const now = scope.now()
  const expiresAt = options.ttlMs === undefined ? null : now + options.ttlMs
  const results = await runBatch(d1, [
    ...setEntry({ teamId, key }, json, expiresAt, options.operationId, now),
    findOperation(teamId, options.operationId),
  ])
  if (results.at(-1)?.results.length === 0) throw full()
}

const full = (): AppError =>
  new AppError('plan.limit_reached', {
    detail: `The team's store can have at most ${MAX_ENTRIES} entries and ${MAX_STORE_BYTES} bytes. Set ttlMs so that entries expire.`,
  })

/** Null if the current value is not a number. */
export async function storeIncrement(
  scope: StoreScope,
  key: string,
  by: number,
  operationId: string,
): Promise<number | null> {
  const { teamId, d1 } = scope
  const results = await runBatch<{ result: string; room: number }>(d1, [
    ...addToEntry({ teamId, key }, by, operationId, scope.now()),
    findOperation(teamId, operationId),
    findRoom({ teamId, key }),
  ])
  const row = results.at(-2)?.results[0]
  if (row !== undefined) return JSON.parse(row.result) as number
  if (results.at(-1)?.results[0]?.room === 0) throw full()
  return null
}
