// Second step: finds out what the platform already has, and so what must be sent and removed.
import { firstOf } from '../../../db/hot-read.ts'
import { findPublished } from '../repo/deployments.ts'
import { type FileRow, findFiles, replaceFiles } from '../repo/files.ts'
import { isRestored, requireFits } from './prepare.ts'
import { changesOf, type Step, type StepResult, type StepScope } from './step.ts'

const PENDING_MS = 2_000

export async function compare({ request }: StepScope, step: Step): Promise<StepResult> {
  const { row, platform, site, log, save } = step
  if (isRestored(row, platform)) return { again: false, output: { changed: 0 } }
  const d1 = request.env.DB
  const files = (await findFiles(d1, row.id)).filter(({ state }) => state !== 'removed')
  const published = await firstOf(d1, findPublished(row.teamId, row.target))
  const before = published === null ? null : await findFiles(d1, published.id)
  const { send, removed, isPending, ...standing } = await platform.compare(site, files, before, false)
  if (isPending) {
    await save({ ...changesOf(standing), status: 'preparing' })
    return { again: true, until: request.now() + PENDING_MS, output: { pending: true } }
  }
  await requireFits(step, files, send.size)
  const rows: FileRow[] = [
    ...files.map((file): FileRow => ({ ...file, state: send.has(file.n) ? 'send' : 'same' })),
    ...removedRows(removed, before ?? [], files.length),
  ]
  const changed = send.size + removed.length
  log(
    'info',
    `Files to send: ${send.size}, already there: ${files.length - send.size}, to remove: ${removed.length}`,
  )
  await save(
    { ...changesOf(standing), status: 'uploading', filesChanged: changed, filesSent: 0 },
    replaceFiles(row.teamId, row.id, rows),
  )
  return { again: false, output: { changed, send: send.size, removed: removed.length } }
}

function removedRows(paths: readonly string[], before: readonly FileRow[], from: number): FileRow[] {
  const known = new Map(before.map((one) => [one.path, one]))
  return paths.flatMap((path, at): FileRow[] => {
    const file = known.get(path)
    return file === undefined ? [] : [{ ...file, n: from + at, state: 'removed' }]
  })
}
