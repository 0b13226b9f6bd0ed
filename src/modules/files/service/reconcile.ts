// Compares the bucket with the table, page by page, in both directions. Invariants:
// 1. Each page covers the same range of keys in both, so everything that is only on one side is found.
// 2. An object without a row is deleted if it is older than any upload can be. Until then, a commit may still follow.
// 3. A version without an object is only forgotten after the bucket was asked for that object. If most of a page
//    seems lost, the bucket is at fault and nothing is forgotten.
// 4. Quotas are counted again from the versions, team by team.
import type { RequestContext } from '../../../context.ts'
import { DAY_MS, HOUR_MS } from '../../../core/clock.ts'
import { commit } from '../../../db/commit.ts'
import { PROMISE_MS } from '../../../db/promised-deletion.ts'
import { prepare } from '../../../db/statement.ts'
import { findPosition, putPosition } from '../../../db/sweep-position.ts'
import { recountStored } from '../repo/quota.ts'
import {
  deleteLostVersion,
  findTeamsAfter,
  findUploadIds,
  findVersionsBetween,
  type KeyedVersion,
  updateAfterLostVersion,
} from '../repo/reconcile.ts'

const PREFIX = 'teams/'
/** After every key with the prefix. */
const END = 'teams0'
const PAGE_OBJECTS = 500
const PAGE_ROWS = 1_000
const PASS_EVERY_MS = 6 * HOUR_MS
const ORPHAN_AGE_MS = 2 * PROMISE_MS
const PART_AGE_MS = 2 * DAY_MS
/** This many lost versions of one page are accepted in any case. */
const MAX_LOST = 10

const FILE_KEY = /^teams\/[^/]+\/files\//
const PART_KEY = /^teams\/[^/]+\/parts\/([^/]+)\//

export async function reconcileFiles(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const now = request.now()
  const { position, nextAt } = await findPosition(d1, 'files.bucket')
  if (nextAt > now) return
  const after = position === '' ? PREFIX : position
  const page = await request.env.FILES.list({ prefix: PREFIX, startAfter: after, limit: PAGE_OBJECTS })
  const last = page.objects.at(-1)
  let upTo = page.truncated && last !== undefined ? last.key : END
  const versions = await findVersionsBetween(d1, after, upTo, PAGE_ROWS)
  // There are more rows than objects: the range ends with the last row.
  if (versions.length === PAGE_ROWS) upTo = versions.at(-1)?.objectKey ?? upTo
  const objects = page.objects.filter(({ key }) => key <= upTo)
  await deleteOrphans(request, objects, new Set(versions.map((one) => one.objectKey)))
  const there = new Set(objects.map(({ key }) => key))
  await forgetLost(
    request,
    versions.filter((one) => !there.has(one.objectKey)),
    versions.length,
  )
  const next = upTo === END ? { position: '', nextAt: now + PASS_EVERY_MS } : { position: upTo, nextAt: now }
  await prepare(d1, putPosition('files.bucket', next)).run()
}

async function deleteOrphans(
  request: RequestContext,
  objects: readonly R2Object[],
  known: ReadonlySet<string>,
): Promise<void> {
  const now = request.now()
  const ageOf = (object: R2Object) => now - object.uploaded.getTime()
  const orphans = objects.filter(
    (one) => FILE_KEY.test(one.key) && !known.has(one.key) && ageOf(one) > ORPHAN_AGE_MS,
  )
  const parts = objects.filter((one) => PART_KEY.test(one.key) && ageOf(one) > PART_AGE_MS)
  const uploadOf = ({ key }: R2Object): string => PART_KEY.exec(key)?.[1] ?? ''
  const uploads = parts.length === 0 ? new Set() : await findUploadIds(request.env.DB, parts.map(uploadOf))
  const keys = [...orphans, ...parts.filter((one) => !uploads.has(uploadOf(one)))].map(({ key }) => key)
  if (keys.length === 0) return
  await request.env.FILES.delete(keys)
  request.log.warn('objects without a row were deleted', { count: keys.length, first: keys[0] })
}

async function forgetLost(
  request: RequestContext,
  lost: readonly KeyedVersion[],
  among: number,
): Promise<void> {
  if (lost.length > MAX_LOST && lost.length * 2 > among) {
    request.log.error('most files of a page have no content: look at the bucket', {
      lost: lost.length,
      among,
    })
    return
  }
  for (const version of lost.slice(0, PAGE_OBJECTS)) {
    if ((await request.env.FILES.head(version.objectKey)) !== null) continue
    const outcome = await commit(
      { ...request, system: true },
      {
        guard: deleteLostVersion(version),
        statements: updateAfterLostVersion(version),
        audit: {
          action: 'file.content_lost',
          targetType: 'file',
          targetId: version.fileId,
          teamId: version.teamId,
          before: { version: version.version, sizeBytes: version.sizeBytes },
        },
      },
    )
    if (outcome === 'done')
      request.log.error('the content of a file was lost', {
        fileId: version.fileId,
        version: version.version,
      })
  }
}

const TEAMS_A_TICK = 50

export async function recountStorage(request: RequestContext): Promise<void> {
  const d1 = request.env.DB
  const now = request.now()
  const { position, nextAt } = await findPosition(d1, 'files.quota')
  if (nextAt > now) return
  const teams = await findTeamsAfter(d1, position, TEAMS_A_TICK)
  const isEnd = teams.length < TEAMS_A_TICK
  const next = isEnd ? { position: '', nextAt: now + DAY_MS } : { position: teams.at(-1) ?? '', nextAt: now }
  await d1.batch(
    [...teams.map(recountStored), putPosition('files.quota', next)].map((one) => prepare(d1, one)),
  )
}
