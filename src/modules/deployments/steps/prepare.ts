// First step: finds the files, with the digests of their contents. Sends nothing yet.
import { DAY_MS } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { recordFileUses } from '../../files/index.ts'
import type { Platform, Refusal, Site, SiteFile } from '../platforms/platform.ts'
import { countSince, type DeploymentRow, findPublished } from '../repo/deployments.ts'
import { type FileRow, findFiles, replaceFiles } from '../repo/files.ts'
import type { Settings } from '../schema.ts'
import { collect } from '../source/collect.ts'
import { manifestOf } from '../source/manifest.ts'
import type { Source } from '../source/schema.ts'
import type { Step, StepResult, StepScope } from './step.ts'

export async function prepare(scope: StepScope, step: Step): Promise<StepResult> {
  const { row, platform, log, save } = step
  if (row.status === 'queued') await save({ status: 'preparing' })
  const { files, warnings } = await manifestFor(scope, row, platform)
  if (!isRestored(row, platform)) await requireFits(step, files, 0)
  for (const warning of warnings) log('warn', warning)
  const bytes = files.reduce((sum, one) => sum + one.sizeBytes, 0)
  log('info', `${files.length} ${files.length === 1 ? 'file' : 'files'} with ${bytes} bytes`)
  const rows = files.map((file): FileRow => ({ ...file, state: isRestored(row, platform) ? 'same' : 'send' }))
  await save(
    { filesTotal: rows.length, filesSent: 0, filesChanged: 0, bytes, warnings: JSON.stringify(warnings) },
    replaceFiles(row.teamId, row.id, rows),
  )
  const used = new Set(files.flatMap(({ fileId }) => (fileId === null ? [] : [fileId])))
  await recordFileUses(scope.request, row.teamId, [...used], { kind: 'deployment', id: row.id })
  return { again: false, output: { files: rows.length, bytes } }
}

/** The platform publishes it again by itself. */
export const isRestored = (
  { action }: Pick<DeploymentRow, 'action'>,
  { restore }: Pick<Platform, 'restore'>,
): boolean => restore !== undefined && (action === 'rollback' || (action === 'promote' && restore.promote))

export async function manifestFor(
  { request, teamId }: Pick<StepScope, 'request' | 'teamId'>,
  row: Pick<DeploymentRow, 'basedOn' | 'source' | 'settings' | 'target'>,
  platform: Platform,
): Promise<{ files: SiteFile[]; warnings: string[] }> {
  const settings = JSON.parse(row.settings) as Settings
  const withMeta = (file: Omit<SiteFile, 'meta'>, n: number): SiteFile => ({
    ...file,
    n,
    meta: platform.metaOf?.(file.path, settings) ?? '',
  })
  if (row.basedOn !== null) {
    const earlier = (await findFiles(request.env.DB, row.basedOn)).filter(({ state }) => state !== 'removed')
    if (earlier.length === 0)
      throw new AppError('deployment.source_gone', { detail: `The deployment ${row.basedOn} has no files.` })
    return { files: earlier.map(({ state: _state, ...file }, n) => withMeta(file, n)), warnings: [] }
  }
  const { entries, warnings } = await collect({ request, teamId }, JSON.parse(row.source) as Source)
  const all = platform.complete?.(entries, settings) ?? entries
  const published = await firstOf(request.env.DB, findPublished(teamId, row.target))
  const before = published === null ? [] : await findFiles(request.env.DB, published.id)
  const known = new Map(before.map(({ sha256, digest }) => [sha256, digest]))
  const files = await manifestOf({ request, teamId }, all, platform.digest, known)
  return { files: files.map(withMeta), warnings }
}

/** `uploads` are those that are about to be made. */
export async function requireFits(
  { request, row, platform, site }: Step,
  files: readonly SiteFile[],
  uploads: number,
): Promise<void> {
  const today = await countSince(request.env.DB, row, request.now() - DAY_MS, row.id)
  const [first] = refusalsOf(platform, site, files, { ...today, uploads: today.uploads + uploads })
  if (first === undefined) return
  const { code, message } = first
  throw new AppError(code as 'deployment.limit_reached', { detail: message })
}

export function refusalsOf(
  platform: Platform,
  site: Site,
  files: readonly SiteFile[],
  today: { deployments: number; uploads: number },
): Refusal[] {
  const { limits, name } = platform
  const large = files.find(({ sizeBytes }) => sizeBytes > limits.fileBytes)
  const bytes = files.reduce((sum, one) => sum + one.sizeBytes, 0)
  const tooLarge = (message: string): Refusal => ({ code: 'deployment.too_large', message })
  return [
    ...(site.environment === 'preview' && !platform.previews
      ? [
          {
            code: 'deployment.unsupported',
            message: `${name} does not support previews. Send "production": true.`,
          },
        ]
      : []),
    ...(files.length > limits.files
      ? [tooLarge(`The site has ${files.length} files. ${name} accepts at most ${limits.files}.`)]
      : []),
    ...(large === undefined
      ? []
      : [
          tooLarge(
            `${large.path} has ${large.sizeBytes} bytes. ${name} accepts files of at most ${limits.fileBytes} bytes.`,
          ),
        ]),
    ...(bytes > limits.bytes
      ? [tooLarge(`The files have ${bytes} bytes together. ${name} accepts at most ${limits.bytes} bytes.`)]
      : []),
    ...(platform.refusals?.(site, files, today) ?? []),
  ]
}
