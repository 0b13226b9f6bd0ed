// How the index of runs comes back after D1 was set back: pages in R2 name the runs, and each run's object reports itself.
// Invariants:
// 1. A page is never changed once its slot or its day is written, so no later state of D1 takes a name from it.
// 2. Of the current day there is a page for each ten minutes in which runs began. It names those of the twenty minutes
//    before as well: a run that had not reported in time is found by the next page, and by that after it.
// 3. The day is completed once, an hour after its end. Both kinds stay, since D1 may have been set back in between.
// 4. Nothing is written where no run began.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, toIso } from '../../../core/clock.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { idsOfRunsBegun } from '../repo/manifest.ts'

const PREFIX = 'run-manifest/'

const SLOT_MS = 10 * MINUTE_MS
/** A run's first report takes a moment, so a slot is written down a little after its end. */
const SETTLE_MS = 2 * MINUTE_MS
/** So long after that ticks look at the slot: one may be skipped. */
const TRIES_MS = 3 * MINUTE_MS
const OVERLAP_MS = 2 * SLOT_MS
const COMPLETE_AFTER_MS = HOUR_MS

/** Pages of the whole day are numbered from 0, those of its slots from here, each slot with room of its own. */
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
  for await (const ids of idsOfRunsBegun(DB, Math.max(startOfDay, from - OVERLAP_MS), to)) {
    const isNew = await FILES.put(keyOf(day, page++), JSON.stringify(ids), IF_ABSENT)
    // An earlier tick has written it.
    if (isNew === null) return
  }
}

/** Once a day, and only once: the manifest of the day before is complete or it is not. */
async function completeDay(request: RequestContext): Promise<void> {
  const { DB, FILES } = request.env
  const now = request.now() - COMPLETE_AFTER_MS
  const end = now - (now % DAY_MS)
  const day = dayOf(end - DAY_MS)
  const done = `${folderOf(day)}done.json`
  if ((await FILES.head(done)) !== null) return
  let pages = 0
  let total = 0
  for await (const ids of idsOfRunsBegun(DB, end - DAY_MS, end)) {
    // Half a day that an earlier tick has left is written over: runs deleted since would shift the pages.
    await FILES.put(keyOf(day, pages++), JSON.stringify(ids))
    total += ids.length
  }
  await FILES.put(done, JSON.stringify({ day, pages, total }), IF_ABSENT)
}

export type Reindexed = { day: string; reported: number; missing: number; nextPage: number | null }

/**
 * Has each run of a page of the manifest report itself again. Reports are idempotent, so this may be done at any time,
 * and a run that stands on several pages is no harm.
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

/** The page behind a key, over all days: of a day that is complete the pages of the whole day only. Null behind the last. */
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
      // Only `done.json` comes behind the slots.
      key = `${folder}done.json`
      continue
    }
    const file = await bucket.get(key)
    if (file !== null) return { key, ids: await file.json<string[]>() }
  }
}
