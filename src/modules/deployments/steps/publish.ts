// When everything is uploaded: publishes the site.
import { AppError } from '../../../core/errors.ts'
import { firstOf } from '../../../db/hot-read.ts'
import type { PlatformState, Published } from '../platforms/platform.ts'
import { findDeployment } from '../repo/deployments.ts'
import { countUnsent, findFiles, requeueFiles } from '../repo/files.ts'
import { isRestored } from './prepare.ts'
import { changesOf, type Step, type StepResult, type StepScope } from './step.ts'

export async function publish({ request }: StepScope, step: Step): Promise<StepResult> {
  const { row, platform, log, save } = step
  const files = await findFiles(request.env.DB, row.id)
  const removed = files.filter(({ state }) => state === 'removed')
  const { missing = [], ...standing } = isRestored(row, platform)
    ? await restored(step)
    : await platform.publish(
        step.site,
        files.filter(({ state }) => state !== 'removed'),
        removed.map(({ path }) => path),
      )
  if (missing.length > 0) {
    await save(changesOf(standing), [requeueFiles(row.id, missing)])
    if ((await countUnsent(request.env.DB, row.id)) === 0)
      throw new AppError('deployment.platform_failed', {
        detail: 'The platform misses contents that are not part of this deployment.',
      })
    return { again: true, output: { missing: missing.length } }
  }
  for (const { path, sizeBytes } of removed) log('info', 'Removed', { file: path, bytes: sizeBytes })
  log('info', 'Everything is at the platform')
  await save({
    ...changesOf(standing),
    status: 'processing',
    publishedAt: row.publishedAt ?? request.now(),
    filesSent: row.filesChanged,
  })
  return { again: false, output: { removed: removed.length } }
}

async function restored({ request, row, platform, site }: Step): Promise<Published> {
  const earlier = await firstOf(request.env.DB, findDeployment(row.teamId, row.basedOn ?? ''))
  if (earlier === null || platform.restore === undefined)
    throw new AppError('deployment.source_gone', { detail: `The deployment ${row.basedOn} was deleted.` })
  const { id, platformId, state } = earlier
  return platform.restore.run(site, { id, platformId, state: JSON.parse(state) as PlatformState })
}
