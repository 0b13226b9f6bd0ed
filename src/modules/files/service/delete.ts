// Deletes and restores files. A deleted file keeps its id, its versions and its share of the quota for a week. Its
// name is free.
import type { RequestContext, ServiceContext } from '../../../context.ts'
import { DAY_MS, toIso } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { type CommitScope, commit, commitOrStale, isUniqueViolation } from '../../../db/commit.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { fileName } from '../name.ts'
import {
  deleteFile as deleteFileRow,
  type FileRow,
  findFile,
  markFileDeleted,
  restoreFile as restoreFileRow,
} from '../repo/files.ts'
import { addStored } from '../repo/quota.ts'
import { deleteUsesOfFile, findUses } from '../repo/uses.ts'
import { deleteVersions, findVersions } from '../repo/versions.ts'
import type { DeletedFile, File, RestoreFile } from '../schema/file.ts'
import { findByIdOrName, missing, ofRun } from './files.ts'
import { nameTaken } from './save.ts'
import { versionedFile } from './view.ts'

export const RESTORABLE_MS = 7 * DAY_MS

export async function deleteFile(
  ctx: ServiceContext,
  idOrName: string,
  options: { permanent: boolean },
  expected: Expected,
): Promise<Versioned<DeletedFile>> {
  const { teamId } = ctx.actor
  const file = (await findByIdOrName(ctx, teamId, idOrName)) ?? missing()
  if (file.deletedAt !== null && !options.permanent) return missing()
  if (file.runId !== null) throw ofRun()
  requireExpected(expected, file.revision)
  const uses = await findUses(ctx.env.DB, teamId, file.id)
  const now = ctx.now()
  if (file.deletedAt === null)
    await commitOrStale(ctx, {
      guard: markFileDeleted(file, now),
      audit: {
        action: 'file.deleted',
        targetType: 'file',
        targetId: file.id,
        before: { name: file.name },
        after: { uses: uses.length },
      },
    })
  const deletedAt = file.deletedAt ?? now
  if (options.permanent) {
    const seen = await firstOf(ctx.env.DB, findFile(teamId, file.id))
    if (seen !== null && seen.deletedAt !== null && !(await purgeFile(ctx, seen)))
      throw new AppError('resource.conflict', { detail: 'The file has just been restored.' })
  }
  const restorableUntil = options.permanent ? null : toIso(deletedAt + RESTORABLE_MS)
  return {
    view: { id: file.id, name: file.name, deletedAt: toIso(deletedAt), restorableUntil, uses },
    revision: file.deletedAt === null ? file.revision + 1 : file.revision,
  }
}

/** False if the file has changed since it was read, so it stays. */
export async function purgeFile(scope: RequestContext & CommitScope, file: FileRow): Promise<boolean> {
  const versions = await findVersions(scope.env.DB, file.teamId, file.id)
  const outcome = await commit(scope, {
    guard: deleteFileRow(file),
    statements: [
      deleteVersions(
        file.id,
        versions.map((one) => one.version),
      ),
      deleteUsesOfFile(file.id),
      addStored(file.teamId, -versions.reduce((sum, one) => sum + one.sizeBytes, 0)),
    ],
    audit: {
      action: 'file.purged',
      targetType: 'file',
      targetId: file.id,
      teamId: file.teamId,
      before: { name: file.name, versions: versions.length },
    },
    messages: [{ type: 'storage.delete', keys: versions.map((one) => one.objectKey), prefixes: [] }],
  })
  return outcome === 'done'
}

/** Restores a deleted file, or an earlier version, which becomes the current one. */
export async function restoreFile(
  ctx: ServiceContext,
  id: string,
  input: RestoreFile,
  expected: Expected,
): Promise<Versioned<File>> {
  const { teamId } = ctx.actor
  const file = (await firstOf(ctx.env.DB, findFile(teamId, id))) ?? missing()
  if (file.runId !== null) throw ofRun()
  requireExpected(expected, file.revision)
  const version = input.version ?? file.version
  if (file.deletedAt === null && version === file.version)
    throw new AppError('resource.conflict', {
      detail: 'The file is not deleted. Specify the version to restore.',
    })
  const known = await findVersions(ctx.env.DB, teamId, id)
  if (!known.some((one) => one.version === version))
    throw new AppError('resource.not_found', { detail: `The file has no version ${version}.` })
  const name = input.name === undefined ? file.name : fileName(input.name)
  if (input.name !== undefined && file.deletedAt === null)
    throw new AppError('request.invalid', {
      errors: [{ path: '/name', message: 'A new name is only allowed for a deleted file', code: 'invalid' }],
    })
  await restoreAs(ctx, file, { name: requireSameExtension(file, name), version })
  return versionedFile((await firstOf(ctx.env.DB, findFile(teamId, id))) ?? missing())
}

async function restoreAs(
  ctx: ServiceContext,
  file: FileRow,
  to: { name: string; version: number },
): Promise<void> {
  try {
    await commitOrStale(ctx, {
      guard: restoreFileRow(file, to, ctx.now()),
      audit: {
        action: 'file.restored',
        targetType: 'file',
        targetId: file.id,
        before: { version: file.version, deleted: file.deletedAt !== null },
        after: to,
      },
    })
  } catch (error) {
    if (isUniqueViolation(error, 'files.name')) throw nameTaken(to.name)
    throw error
  }
}

function requireSameExtension(file: FileRow, name: string): string {
  const extension = (text: string) => text.slice(text.lastIndexOf('.')).toLowerCase()
  if (extension(name) === extension(file.name)) return name
  throw new AppError('file.type_mismatch', { detail: `The new name must end in ${extension(file.name)}.` })
}
