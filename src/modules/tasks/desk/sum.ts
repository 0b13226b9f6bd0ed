import type { RequestContext } from '../../../context.ts'
import { runBatch } from '../../../db/statement.ts'
import { hasEnded, type Part, sumOf } from '../pure/status.ts'
import type { ChangeRow } from './repo/changes.ts'
import { findParts, updateSum } from './repo/sums.ts'

export const PARENT_MS = 1_000

/**
 * Updates parents. Parents that were written a moment ago are left for a later pass; returns a change for each of
 * them.
 */
export async function sumParents(
  request: RequestContext,
  teamId: string,
  changes: readonly ChangeRow[],
  written: Map<string, number>,
): Promise<Set<number>> {
  const now = request.now()
  const late = new Map<string, number>()
  const parents = new Set<string>()
  for (const { id, parentId } of changes) {
    if (parentId === '') continue
    if (now - (written.get(parentId) ?? 0) < PARENT_MS) late.set(parentId, id)
    else parents.add(parentId)
  }
  for (const [id, at] of written) if (now - at > PARENT_MS) written.delete(id)
  const kept = new Set(late.values())
  if (parents.size === 0) return kept
  const parts = new Map<string, Part[]>()
  for (const { parentId, status, progress, weight, n } of await findParts(request.env.DB, teamId, [
    ...parents,
  ])) {
    const all = parts.get(parentId) ?? []
    all.push({ status, progress, weight: weight * n })
    parts.set(parentId, all)
  }
  const writes = [...parts].map(([parentId, all]) => {
    written.set(parentId, now)
    const sum = sumOf(all)
    return updateSum(parentId, sum, hasEnded(sum.status), now)
  })
  if (writes.length > 0) await runBatch(request.env.DB, writes)
  return kept
}
