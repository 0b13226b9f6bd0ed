// The index of runs, made again from the runs themselves. Invariants:
// 1. The hosts that the runs of a team share are found by their numbers, whatever the index says. A host that holds runs may have
//    become full, so the one that took its place is asked as well.
// 2. Runs in hosts of their own are named by the manifest in R2, as are those in hosts that were numbered when there were more
//    of them. Of a day that is complete only its whole pages are read.
// 3. Reports are idempotent, so any part may be done again. A call does a bounded part, and its cursor says where the next begins.
import type { RequestContext } from '../../../context.ts'
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts'
import { AppError } from '../../../core/errors.ts'
import { hostAt, isOfTeam, MAX_PLACES, placeOf } from '../../../core/run-id.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { nextTeam } from '../repo/manifest.ts'
import { nextManifestPage } from './manifest.ts'

/** A page of the runs of a host, or the page of the manifest behind a key. */
type Place =
  | { kind: 'host'; teamId: string; place: number; after: number }
  | { kind: 'manifest'; key: string }

export type Rebuilt = { reported: number; missing: number; nextCursor: string | null }

const MAX_RUNS = 200
/** Looking at an empty host costs little, but not nothing. */
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
  // The numbers of hosts that took the place of this one, then the next shard.
  const holdsRuns = at.after > 0 || found.length > 0
  const behind = at.place + shards
  if (holdsRuns && behind < MAX_PLACES) return { runs, next: { ...at, place: behind, after: 0 } }
  const shard = (at.place % shards) + 1
  if (shard < shards) return { runs, next: { ...at, place: shard, after: 0 } }
  const following = only === null ? await nextTeam(env.DB, at.teamId) : null
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
  const teamId = only ?? (await nextTeam(env.DB, ''))
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
