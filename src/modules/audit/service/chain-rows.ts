// Reads a team's log from the beginning: first the parts in R2, then the table.
import type { RequestContext } from '../../../context.ts'
import { readPart } from '../archive-files.ts'
import type { ChainRow } from '../chain.ts'
import { findPartAfter } from '../repo/archives.ts'
import { findChain } from '../repo/chain.ts'

/**
 * The next entries; empty at the end. A part that no longer exists returns nothing, so verification finds its entries missing.
 */
export async function readChain(
  { env }: RequestContext,
  teamId: string,
  afterSeq: number,
  limit: number,
): Promise<ChainRow[]> {
  let after = afterSeq
  for (;;) {
    const part = await findPartAfter(env.DB, teamId, after)
    if (part === null) return findChain(env.DB, teamId, after, limit)
    const rows = (await readPart(env.FILES, part.objectKey)) ?? []
    const found = rows.filter(({ seq }) => seq > after).slice(0, limit)
    if (found.length > 0) return found
    after = part.throughSeq
  }
}

/** How many entries there are after one entry, up to another. */
export async function countChain(
  request: RequestContext,
  teamId: string,
  afterSeq: number,
  throughSeq: number,
): Promise<number> {
  const PAGE = 1_000
  let [total, after] = [0, afterSeq]
  for (;;) {
    const rows = await readChain(request, teamId, after, PAGE)
    const last = rows.at(-1)
    if (last === undefined) return total
    total += rows.filter(({ seq }) => seq <= throughSeq).length
    if (last.seq >= throughSeq) return total
    after = last.seq
  }
}
