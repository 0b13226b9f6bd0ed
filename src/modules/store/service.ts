// The key-value store that the runs of a team share. It is only reached by nodes, with the team of their run.
import { utf8 } from '../../core/crypto.ts'
import { AppError } from '../../core/errors.ts'
import type { Statement } from '../../db/commit.ts'
import { addToEntry, findEntry, findOperation, setEntry } from './repo.ts'

export type StoreScope = { d1: D1Database; teamId: string; now: () => number }

const MOST_VALUE_BYTES = 1_000_000

export async function storeGet(scope: StoreScope, key: string): Promise<{ found: boolean; value: unknown }> {
  const { teamId, now } = scope
  const row = await prepare(scope, findEntry({ teamId, key }, now())).first<{ value: string }>()
  return row === null ? { found: false, value: null } : { found: true, value: JSON.parse(row.value) }
}

export async function storeSet(
  scope: StoreScope,
  key: string,
  value: unknown,
  options: { ttlMs?: number; operationId: string },
): Promise<void> {
  const json = JSON.stringify(value ?? null)
  if (utf8(json).length > MOST_VALUE_BYTES)
    throw new AppError('request.too_large', { detail: `A value may have ${MOST_VALUE_BYTES} bytes.` })
  const { teamId, d1 } = scope
  const now = scope.now()
  const expiresAt = options.ttlMs === undefined ? null : now + options.ttlMs
  const statements = setEntry({ teamId, key }, json, expiresAt, options.operationId, now)
  await d1.batch(statements.map((one) => prepare(scope, one)))
}

/** Null when the value there is not a number. */
export async function storeIncrement(
  scope: StoreScope,
  key: string,
  by: number,
  operationId: string,
): Promise<number | null> {
  const { teamId, d1 } = scope
  const statements = [
    ...addToEntry({ teamId, key }, by, operationId, scope.now()),
    findOperation(teamId, operationId),
  ]
  const results = await d1.batch<{ result: string }>(statements.map((one) => prepare(scope, one)))
  const [row] = results.at(-1)?.results ?? []
  return row === undefined ? null : (JSON.parse(row.result) as number)
}

function prepare({ d1 }: StoreScope, one: Statement): D1PreparedStatement {
  const { sql, params } = one.toSQL()
  return d1.prepare(sql).bind(...params)
}
