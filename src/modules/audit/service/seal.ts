// The sealing job. Invariants:
// 1. Entries are sealed in the order of commit, a team's without a gap; D1 writes one at a time, so no entry can appear
//    before one that is sealed.
// 2. The copy comes before the seal; a team whose copy fails is left for the next call.
// 3. A call does a bounded amount of work, the oldest entries first.
import type { RequestContext } from '../../../context.ts'
import { CHAIN_START, type ChainLink, nextLink } from '../chain.ts'
import { keepCopy } from '../copies.ts'
import { findUnsealed, type Sealing, sealEntries, type Unsealed } from '../repo/chain.ts'

const PAGES = 4
const PAGE_ENTRIES = 1_000
/** Each costs one write to R2. */
const PAGE_TEAMS = 200

/** Answers how many entries were sealed. */
export async function sealAudit(
  request: RequestContext,
  bounds: { pages: number; entries: number } = { pages: PAGES, entries: PAGE_ENTRIES },
): Promise<{ entries: number }> {
  let entries = 0
  for (let page = 0; page < bounds.pages; page++) {
    const found = await findUnsealed(request.env.DB, bounds.entries)
    const sealed = await sealPage(request, found)
    entries += sealed
    // Nothing sealed is nothing left, or a store that does not answer: both are for the next call.
    if (sealed === 0 || found.length < bounds.entries) break
  }
  return { entries }
}

async function sealPage(request: RequestContext, found: Unsealed[]): Promise<number> {
  const d1 = request.env.DB
  const now = request.now()
  const sealings = await Promise.all([...byTeam(found)].map(([teamId, rows]) => forge(teamId, rows)))
  const kept = await Promise.all(sealings.map((one) => copyKept(request, one, now)))
  const ready = sealings.filter((_one, i) => kept[i])
  if (ready.length === 0) return 0
  const results = await d1.batch(ready.flatMap((one) => sealEntries(d1, one, now)))
  return results.reduce((sum, result, i) => sum + (i % 2 === 1 ? result.meta.changes : 0), 0)
}

function byTeam(found: Unsealed[]): Map<string, Unsealed[]> {
  const teams = new Map<string, Unsealed[]>()
  for (const one of found) {
    const known = teams.get(one.row.teamId)
    if (known) known.push(one)
    else if (teams.size < PAGE_TEAMS) teams.set(one.row.teamId, [one])
  }
  return teams
}

async function forge(teamId: string, rows: Unsealed[]): Promise<Sealing> {
  const head = rows[0]?.head ?? null
  const links: ChainLink[] = []
  let at = head ?? CHAIN_START
  for (const { row } of rows) {
    at = await nextLink(at, row)
    links.push(at)
  }
  return { teamId, head, links: links as Sealing['links'] }
}

async function copyKept(request: RequestContext, { teamId, links }: Sealing, now: number): Promise<boolean> {
  const last = links.at(-1) ?? links[0]
  try {
    const agrees = await keepCopy(request.env.FILES, teamId, last, now)
    // The log was tampered with. Sealing goes on, or one team would hold up all; the copy keeps telling.
    if (!agrees) request.log.error('an audit seal differs from its copy', { teamId, seq: last.seq })
    return true
  } catch (error) {
    request.log.error('the copy of an audit seal could not be kept', { teamId, error })
    return false
  }
}
