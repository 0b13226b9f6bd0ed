// Uploads one batch of files. Invariants:
// 1. A batch is stored before and after it is sent. So after a crash it is known which batch was lost, and the
//    platform is asked for each of its files before it is sent again.
// 2. Contents are read while they are sent. Multipart uploads keep one part in memory, so only a few run at a time.
import type { RequestContext } from '../../../context.ts'
import { HOUR_MS } from '../../../core/clock.ts'
import { runBatch } from '../../../db/statement.ts'
import { openVersions } from '../../files/index.ts'
import type { Platform, PlatformState } from '../platforms/platform.ts'
import { findOtherStates } from '../repo/deployments.ts'
import { type FileRow, findFiles, findUnsent, setFileStates } from '../repo/files.ts'
import { openPlace, versionOf } from '../source/content.ts'
import { MULTIPART_FROM_BYTES } from '../source/digest.ts'
import { atOnce } from '../source/manifest.ts'
import { rankOf } from '../source/paths.ts'
import { readerOf } from '../source/windows.ts'
import type { Step, StepResult, StepScope } from './step.ts'

/** For multipart uploads. */
const IN_PARTS_AT_ONCE = 2

export async function upload({ request }: StepScope, step: Step): Promise<StepResult> {
  const { row, platform, site, log, save } = step
  const d1 = request.env.DB
  const batch = batchOf(await findUnsent(d1, row.id, platform.batch.files + 1), platform)
  const [first] = batch.files
  if (first === undefined) return { again: false, output: { sent: 0 } }
  const next = await nextAt(request, step)
  if (next > request.now()) {
    log('info', `The platform takes so many uploads at a time: going on at ${new Date(next).toISOString()}`)
    await save({ status: 'uploading' })
    return { again: true, until: next, output: { sent: 0 } }
  }
  const isUncertain = new Set(batch.files.filter(({ state }) => state === 'sending').map(({ n }) => n))
  const fresh = batch.files.filter(({ state }) => state === 'send').map(({ n }) => n)
  if (fresh.length > 0) await runBatch(d1, [setFileStates(row.id, fresh, 'sending')])
  const open = await openVersions(request, row.teamId, batch.files.map(versionOf))
  const reader = readerOf(open, batch.files)
  const all = async (): Promise<FileRow[]> =>
    (await findFiles(d1, row.id)).filter(({ state }) => state !== 'removed')
  const sent: FileRow[] = []
  const send = async (file: FileRow): Promise<void> => {
    const isThere = isUncertain.has(file.n) && ((await platform.isThere?.(site, file, all)) ?? false)
    if (!isThere) await platform.send(site, file, () => openPlace(reader, file))
    log('info', isThere ? 'Is there already' : 'Sent', { file: file.path, bytes: file.sizeBytes })
    sent.push(file)
  }
  let failure: unknown = null
  try {
    await atOnce(concurrencyOf(batch.files, platform.uploadsAtOnce), batch.files, send)
  } catch (error) {
    failure = error ?? new Error('An upload failed')
  }
  if (sent.length > 0)
    await save(
      {
        ...{ status: 'uploading', filesSent: row.filesSent + sent.length },
        ...(platform.paced === undefined ? {} : { state: JSON.stringify(platform.paced(site, sent.length)) }),
      },
      [
        setFileStates(
          row.id,
          sent.map(({ n }) => n),
          'sent',
        ),
      ],
    )
  if (failure !== null) throw failure
  return { again: batch.hasMore, output: { sent: sent.length } }
}

/** Other users of the token share the same limit. */
async function nextAt({ env, now }: RequestContext, { row, platform, site }: Step): Promise<number> {
  if (platform.pace === undefined) return 0
  const others = await findOtherStates(env.DB, row, now() - HOUR_MS)
  return platform.pace(
    site,
    others.map((state) => JSON.parse(state) as PlatformState),
  )
}

function batchOf(
  files: readonly FileRow[],
  { batch: most, isSeenAtOnce }: Pick<Platform, 'batch' | 'isSeenAtOnce'>,
): { files: FileRow[]; hasMore: boolean } {
  const taken: FileRow[] = []
  const rank = rankOf(files[0]?.path ?? '')
  let bytes = 0
  for (const file of files) {
    bytes += file.sizeBytes
    if (isSeenAtOnce && rankOf(file.path) !== rank) break
    if (taken.length === most.files || (taken.length > 0 && bytes > most.bytes)) break
    taken.push(file)
  }
  return { files: taken, hasMore: taken.length < files.length }
}

const concurrencyOf = (files: readonly FileRow[], most: number): number =>
  files.some(({ sizeBytes }) => sizeBytes >= MULTIPART_FROM_BYTES) ? IN_PARTS_AT_ONCE : most
