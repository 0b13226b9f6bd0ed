// The sealing job. Invariants:
// 1. Entries are sealed in commit order without gaps within a team. D1 commits one write at a time, so no entry can appear
//    before a sealed one.
// 2. The copy is written before the seal. If it fails, the team is left for the next call.
// 3. Each call does a bounded amount of work, oldest entries first.
import type { RequestContext } from '../../../context.ts'
import { CHAIN_START, type ChainLink, nextLink } from '../chain.ts'
import { putCopy } from '../copies.ts'
import { findUnsealed, type Sealing, sealEntries, type Unsealed } from '../repo/chain.ts'

const PAGES = 4
const PAGE_ENTRIES = 1_000
/** Each team costs one write to R2. */
const PAGE_TEAMS = 200

/** Returns how many entries were sealed. */
export async function sealAudit(
  request: RequestContext,
  bounds: { pages: number; entries: number } = { pages: PAGES, entries: PAGE_ENTRIES },
): Promise<{ entries: number }> {
  let entries = 0
  for (let page = 0; page < bounds.pages; page++) {
    const found = await findUnsealed(request.env.DB, bounds.entries)
    const sealed = await sealPage(request, found)
    entries += sealed
    // Nothing was sealed: either none are left, or R2 does not respond. Stop until the next call.
    if (sealed === 0 || found.length < bounds.entries) break
  }
  return { entries }
}

async function sealPage(request: RequestContext, found: Unsealed[]): Promise<number> {
  const d1 = request.env.DB
  const now = request.now()
  const sealings = await Promise.all([...byTeam(found)].map(([teamId, rows]) => computeLinks(teamId, rows)))
  const kept = await Promise.all(sealings.map((one) => storeCopy(request, one, now)))
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

async function computeLinks(teamId: string, rows: Unsealed[]): Promise<Sealing> {
  const head = rows[0]?.head ?? null
  const links: ChainLink[] = []
  let at = head ?? CHAIN_START
  for (const { row } of rows) {
    at = await nextLink(at, row)
    links.push(at)
  }
  return { teamId, head, links: links as Sealing['links'] }
}

async function storeCopy(request: RequestContext, { teamId, links }: Sealing, now: number): Promise<boolean> {
  const last = links.at(-1) ?? links[0]
  try {
    const agrees = await putCopy(request.env.FILES, teamId, last, now)
    // The log was tampered with. Continue sealing, or one team would block all others. The copy still proves the change.
    if (!agrees) request.log.error('an audit seal differs from its copy', { teamId, seq: last.seq })
    return true
  } catch (error) {
    request.log.error('failed to store the copy of an audit seal', { teamId, error })
    return false
  }
}
