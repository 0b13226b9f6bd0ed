// How to restore the index of runs after D1 was reset to an earlier state: pages in R2 list the runs, and each run's object
// reports itself. Invariants:
// 1. A page never changes once its slot or its day is complete, so no later state of D1 can remove a run from it.
// 2. The current day has a page for each ten minutes in which runs began. It also lists the runs of the twenty minutes before,
//    so a run that did not report in time is on one of the next two pages.
// 3. The day is completed once, an hour after its end. Both kinds of pages stay, because D1 may have been reset in between.
// 4. Periods without new runs have no page.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../../core/clock.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { findStartedRunIds } from './repo.ts'

const PREFIX = 'run-manifest/'

const SLOT_MS = 10 * MINUTE_MS
/** A run's first report takes a moment, so a slot is written a little after its end. */
const SETTLE_MS = 2 * MINUTE_MS
/** For this long, ticks write the slot if an earlier tick was skipped. */
const TRIES_MS = 3 * MINUTE_MS
const OVERLAP_MS = 2 * SLOT_MS
const COMPLETE_AFTER_MS = HOUR_MS

/** Pages of the whole day are numbered from 0. Pages of slots start here, with a range of numbers for each slot. */
const FIRST_OF_SLOTS = 500_000
const PAGES_A_SLOT = 1_000

const dayOf = (ms: number): string => toIso(ms).slice(0, 10)
const folderOf = (day: string): string => `${PREFIX}${day}/`
const keyOf = (day: string, page: number): string => `${folderOf(day)}${String(page).padStart(6, '0')}.json`
const pageOf = (key: string | undefined): number | null => {
  const digits = /(\d{6})\.json$/.exec(key ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}

const IF_ABSENT = { onlyIf: { etagDoesNotMatch: '*' } }

export async function writeRunManifest(request: RequestContext): Promise<void> {
  await writeSlot(request)
  await completeDay(request)
}

async function writeSlot(request: RequestContext): Promise<void> {
  const { DB, FILES } = request.env
  const settled = request.now() - SETTLE_MS
  if (settled % SLOT_MS >= TRIES_MS) return
  const to = settled - (settled % SLOT_MS)
  const from = to - SLOT_MS
  const startOfDay = from - (from % DAY_MS)
  const day = dayOf(from)
  let page = FIRST_OF_SLOTS + ((from - startOfDay) / SLOT_MS) * PAGES_A_SLOT
  for await (const ids of findStartedRunIds(DB, Math.max(startOfDay, from - OVERLAP_MS), to)) {
    const isNew = await FILES.put(keyOf(day, page++), JSON.stringify(ids), IF_ABSENT)
    // Written by an earlier tick.
    if (isNew === null) return
  }
}

/** Once a day: the manifest of the previous day is either complete or not. */
async function completeDay(request: RequestContext): Promise<void> {
  const { DB, FILES } = request.env
  const now = request.now() - COMPLETE_AFTER_MS
  const end = now - (now % DAY_MS)
  const day = dayOf(end - DAY_MS)
  const done = `${folderOf(day)}done.json`
  if ((await FILES.head(done)) !== null) return
  let pages = 0
  let total = 0
  for await (const ids of findStartedRunIds(DB, end - DAY_MS, end)) {
    // Overwrite what an interrupted tick left: runs deleted since then would shift the pages.
    await FILES.put(keyOf(day, pages++), JSON.stringify(ids))
    total += ids.length
  }
  await FILES.put(done, JSON.stringify({ day, pages, total }), IF_ABSENT)
}

export type Reindexed = { day: string; reported: number; missing: number; nextPage: number | null }

/**
 * Makes each run on a page of the manifest report itself again. Reports are idempotent, so this is safe at any time, and a run
 * may be on several pages.
 */
export async function reindexRuns(request: RequestContext, day: string, page: number): Promise<Reindexed> {
  const { FILES, RUNS } = request.env
  const from = page === 0 ? {} : { startAfter: keyOf(day, page - 1) }
  const { objects } = await FILES.list({ prefix: folderOf(day), limit: 2, ...from })
  const [found, next] = objects.map(({ key }) => key)
  const file = found === undefined || pageOf(found) === null ? null : await FILES.get(found)
  if (file === null) return { day, reported: 0, missing: 0, nextPage: null }
  const ids = await file.json<string[]>()
  const answers = await Promise.allSettled(ids.map((id) => workflowRun(RUNS, id).report()))
  const reported = answers.filter((answer) => answer.status === 'fulfilled' && answer.value).length
  return { day, reported, missing: ids.length - reported, nextPage: pageOf(next) }
}

/** The page after a key, across all days. Complete days use only the pages of the whole day. Null after the last page. */
export async function nextManifestPage(
  bucket: R2Bucket,
  after: string,
): Promise<{ key: string; ids: string[] } | null> {
  let key = after
  for (;;) {
    const { objects } = await bucket.list({
      prefix: PREFIX,
      limit: 1,
      ...(key === '' ? {} : { startAfter: key }),
    })
    const found = objects[0]?.key
    if (found === undefined) return null
    key = found
    const page = pageOf(key)
    if (page === null) continue
    const folder = key.slice(0, key.lastIndexOf('/') + 1)
    if (page >= FIRST_OF_SLOTS && (await bucket.head(`${folder}done.json`)) !== null) {
      // Only `done.json` sorts after the slots.
      key = `${folder}done.json`
      continue
    }
    const file = await bucket.get(key)
    if (file !== null) return { key, ids: await file.json<string[]>() }
  }
}
