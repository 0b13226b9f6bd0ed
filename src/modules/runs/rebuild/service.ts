// Rebuilds the index of runs from the runs themselves. Invariants:
// 1. The shared hosts of a team are found by their numbers, whatever the index contains. A host with runs may have become full,
//    so its replacement is asked too.
// 2. The manifest in R2 lists the runs that have hosts of their own, and the runs in hosts from a time when there were more of
//    them. For complete days, only the pages of the whole day are read.
// 3. Reports are idempotent, so any part may be repeated. A call does a limited part and returns the cursor of the next one.
import type { RequestContext } from '../../../context.ts'
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import { hostAt, isOfTeam, MAX_PLACES, placeOf } from '../../../core/run-id.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { nextManifestPage } from './manifest.ts'
import { findNextTeam } from './repo.ts'

/** A page of the runs of a host, or the page of the manifest after a key. */
type Place =
  | { kind: 'host'; teamId: string; place: number; after: number }
  | { kind: 'manifest'; key: string }

export type Rebuilt = { reported: number; missing: number; nextCursor: string | null }

const MAX_RUNS = 200
/** Looking at an empty host is cheap but not free. */
const MAX_LOOKS = 100
const AT_ONCE = 20

export async function rebuildIndex(
  request: RequestContext,
  { teamId, cursor }: { teamId: string | null; cursor: string | null },
): Promise<Rebuilt> {
  const done = { reported: 0, missing: 0 }
  let at: Place | null = cursor === null ? await firstHost(request, teamId) : readCursor(cursor)
  for (let looks = 0; at !== null && looks < MAX_LOOKS && done.reported + done.missing < MAX_RUNS; looks++) {
    const { runs, next }: Page =
      at.kind === 'host' ? await readHost(request, at, teamId) : await readManifest(request, at)
    const { reported, missing } = await report(
      request,
      teamId === null ? runs : runs.filter((id) => isOfTeam(id, teamId)),
    )
    done.reported += reported
    done.missing += missing
    at = next
  }
  return { ...done, nextCursor: at === null ? null : writeCursor(at) }
}

type Page = { runs: string[]; next: Place | null }

async function readHost(
  { env, settings }: RequestContext,
  at: Extract<Place, { kind: 'host' }>,
  only: string | null,
): Promise<Page> {
  const host = env.RUNS.get(env.RUNS.idFromName(hostAt(at.teamId, at.place)))
  const found = await host.runs(at.after, MAX_RUNS)
  const runs = found.map(({ id }) => id)
  const last = found.at(-1)
  if (found.length === MAX_RUNS && last !== undefined) return { runs, next: { ...at, after: last.n } }
  const shards = settings.RUN_SHARDS
  // The numbers of the hosts that replaced this one, then the next shard.
  const holdsRuns = at.after > 0 || found.length > 0
  const behind = at.place + shards
  if (holdsRuns && behind < MAX_PLACES) return { runs, next: { ...at, place: behind, after: 0 } }
  const shard = (at.place % shards) + 1
  if (shard < shards) return { runs, next: { ...at, place: shard, after: 0 } }
  const following = only === null ? await findNextTeam(env.DB, at.teamId) : null
  return { runs, next: following === null ? { kind: 'manifest', key: '' } : hostOfTeam(following) }
}

async function readManifest(
  { env, settings }: RequestContext,
  { key }: Extract<Place, { kind: 'manifest' }>,
): Promise<Page> {
  const page = await nextManifestPage(env.FILES, key)
  if (page === null) return { runs: [], next: null }
  const isElsewhere = (id: string): boolean => {
    const place = placeOf(id)
    return place === 'own' || place >= settings.RUN_SHARDS
  }
  return { runs: page.ids.filter(isElsewhere), next: { kind: 'manifest', key: page.key } }
}

const hostOfTeam = (teamId: string): Place => ({ kind: 'host', teamId, place: 0, after: 0 })

async function firstHost({ env }: RequestContext, only: string | null): Promise<Place> {
  const teamId = only ?? (await findNextTeam(env.DB, ''))
  return teamId === null ? { kind: 'manifest', key: '' } : hostOfTeam(teamId)
}

async function report({ env, log }: RequestContext, runs: readonly string[]) {
  let reported = 0
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    const part = runs.slice(at, at + AT_ONCE)
    const answers = await Promise.allSettled(part.map((id) => workflowRun(env.RUNS, id).report()))
    answers.forEach((answer, i) => {
      if (answer.status === 'fulfilled' && answer.value) reported++
      else if (answer.status === 'rejected')
        log.warn('a run could not report itself', { runId: part[i], error: answer.reason })
    })
  }
  return { reported, missing: runs.length - reported }
}

const SORT = 'rebuild'

const writeCursor = (at: Place): string =>
  at.kind === 'host'
    ? encodeCursor({ sort: SORT, value: `${at.place} ${at.after}`, id: at.teamId })
    : encodeCursor({ sort: SORT, value: 'manifest', id: at.key })

function readCursor(cursor: string): Place {
  const { value, id } = decodeCursor(cursor, SORT)
  if (value === 'manifest') return { kind: 'manifest', key: id }
  const match = /^(\d{1,4}) (\d{1,15})$/.exec(String(value))
  if (match === null) throw new AppError('request.invalid_cursor')
  return { kind: 'host', teamId: id, place: Number(match[1]), after: Number(match[2]) }
}
