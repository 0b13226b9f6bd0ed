// Creates the row for a staged object: a new file, or a new version of the file with that name. Invariants:
// 1. Row, quota, audit entry and the end of the scheduled deletion are one batch.
// 2. Two concurrent uploads with one name both become versions: if the file has changed, the second one tries again.
// 3. An operation id writes once, however often its attempt is repeated.
import type { RequestContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { type CommitScope, commit, isUniqueViolation } from '../../../db/commit.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { isPromised, takeBackPromise } from '../../../db/promised-deletion.ts'
import { prepare, type Statement } from '../../../db/statement.ts'
import { numberedName } from '../name.ts'
import { type FileRow, findFile, findFileByName, findFileByOperation } from '../repo/files.ts'
import { addStored, findStorage, type StorageRow } from '../repo/quota.ts'
import {
  deleteVersions,
  findVersions,
  insertFile,
  insertVersion,
  updateFileContent,
  type VersionRow,
} from '../repo/versions.ts'
import type { OnConflict } from '../schema/file.ts'
import { discard, quotaRefusal, type Staged } from './stage.ts'

export type SaveScope = RequestContext & CommitScope

export type SaveAs = {
  teamId: string
  userId: string | null
  onConflict: OnConflict
  tags: string[] | undefined
  /** The id of a new file, if it must be this one. */
  fileId?: string | undefined
  /** For a file that belongs to a run. */
  runId?: string | undefined
  operationId?: string | undefined
  /** Other statements of the same batch. */
  also?: ((fileId: string) => Statement[]) | undefined
}

export type Saved = { file: FileRow; outcome: 'created' | 'version_added' | 'unchanged' }

const MAX_TRIES = 10
const MAX_NUMBER = 1_000

/** Saves the object, or deletes it. */
export async function saveStaged(scope: SaveScope, staged: Staged, as: SaveAs): Promise<Saved> {
  let isKept = false
  try {
    const saved = await trySaving(scope, staged, as)
    isKept = saved.outcome !== 'unchanged'
    return saved
  } finally {
    if (!isKept && !(await isTaken(scope, staged))) await discard(scope, staged)
  }
}

/** After a failed batch, it is unknown whether it was written. If the scheduled deletion is gone, it was. */
const isTaken = async (scope: SaveScope, staged: Staged): Promise<boolean> =>
  !(await isPromised(scope.env.DB, staged.promiseId).catch(() => false))

async function trySaving(scope: SaveScope, staged: Staged, as: SaveAs): Promise<Saved> {
  const d1 = scope.env.DB
  let name = staged.name
  for (let tries = 0, number = 0; tries < MAX_TRIES + number; tries++) {
    if (as.operationId !== undefined) {
      const earlier = await firstOf(d1, findFileByOperation(as.teamId, as.operationId))
      if (earlier !== null) return { file: earlier, outcome: 'unchanged' }
    }
    const isFirst = tries === 0 && as.runId === undefined
    const known =
      isFirst && mayTrust(staged, as)
        ? staged.holder
        : as.runId === undefined
          ? await firstOf(d1, findFileByName(as.teamId, name))
          : null
    if (known === null) {
      const created = await createFile(scope, { ...staged, name }, as)
      if (created !== null) return created
    } else if (as.onConflict === 'version') {
      const added = await addVersion(scope, staged, as, known)
      if (added !== null) return added
    } else if (as.onConflict === 'refuse') {
      throw nameTaken(name)
    } else {
      number += 1
      if (number > MAX_NUMBER) throw nameTaken(name)
      name = numberedName(staged.name, number)
      continue
    }
    await requireStanding(scope, staged, as.teamId)
  }
  throw new AppError('resource.conflict', {
    detail: 'The file is being changed by others. Try again.',
  })
}

/** What was read before the upload is enough where the guard of the commit finds out if it has changed. */
const mayTrust = ({ holder, sha256 }: Staged, { onConflict }: SaveAs): boolean =>
  holder === null || (onConflict === 'version' && holder.sha256 !== sha256)

export const nameTaken = (name: string): AppError =>
  new AppError('file.name_taken', {
    detail: `The team already has a file named ${name}.`,
    errors: [{ path: '/name', message: 'taken', code: 'file.name_taken' }],
  })

/** Null if the name was just taken, or the guard did not hold. */
async function createFile(scope: SaveScope, staged: Staged, as: SaveAs): Promise<Saved | null> {
  const now = scope.now()
  const { teamId, userId, runId = null, operationId = null } = as
  const id = as.fileId ?? newId('file', now)
  const { name, sizeBytes } = staged
  try {
    const outcome = await commit(scope, {
      guard: insertFile({
        ...{ id, teamId, name, runId, operationId, now },
        ...{ tags: as.tags ?? [], uploadedBy: userId, object: staged },
      }),
      statements: [
        insertVersion(id, staged, userId, operationId, now),
        addStored(teamId, sizeBytes),
        takeBackPromise(staged.promiseId),
        ...(as.also?.(id) ?? []),
      ],
      audit: {
        action: 'file.created',
        targetType: 'file',
        targetId: id,
        teamId,
        after: { name, sizeBytes, contentType: staged.contentType, sha256: staged.sha256 },
      },
    })
    if (outcome === 'guard_missed') return null
  } catch (error) {
    if (isTakenMeanwhile(error)) return null
    throw error
  }
  const { contentType, sha256 } = staged
  const file: FileRow = {
    ...{ id, teamId, name, contentType, sizeBytes, sha256, runId, uploadedBy: userId },
    ...{ version: 1, revision: 1, tags: JSON.stringify(as.tags ?? []) },
    ...{ createdAt: now, updatedAt: now, deletedAt: null },
  }
  return { file, outcome: 'created' }
}

const isTakenMeanwhile = (error: unknown): boolean =>
  isUniqueViolation(error, 'files.') || isUniqueViolation(error, 'file_versions.')

/** Null if the file has changed in the meantime, or the guard did not hold. */
async function addVersion(
  scope: SaveScope,
  staged: Staged,
  as: SaveAs,
  known: FileRow,
): Promise<Saved | null> {
  const { teamId, userId, operationId = null } = as
  if (known.sha256 === staged.sha256 && known.contentType === staged.contentType)
    return { file: known, outcome: 'unchanged' }
  const now = scope.now()
  const storage = await storageOf(scope, teamId)
  const old = prunedBy(
    await findVersions(scope.env.DB, teamId, known.id),
    PLAN_LIMITS[storage.plan].fileVersions,
  )
  const freed = old.reduce((sum, one) => sum + one.sizeBytes, 0)
  try {
    const outcome = await commit(scope, {
      guard: updateFileContent(known, staged, freed, as.tags ?? null, now),
      statements: [
        insertVersion(known.id, staged, userId, operationId, now),
        ...(old.length > 0
          ? [
              deleteVersions(
                known.id,
                old.map((one) => one.version),
              ),
            ]
          : []),
        addStored(teamId, staged.sizeBytes - freed),
        takeBackPromise(staged.promiseId),
        ...(as.also?.(known.id) ?? []),
      ],
      audit: {
        action: 'file.version_added',
        targetType: 'file',
        targetId: known.id,
        teamId,
        before: { version: known.version, sha256: known.sha256 },
        after: { name: known.name, sizeBytes: staged.sizeBytes, sha256: staged.sha256 },
      },
      messages:
        old.length > 0
          ? [{ type: 'storage.delete', keys: old.map((one) => one.objectKey), prefixes: [] }]
          : [],
    })
    if (outcome === 'guard_missed') return null
  } catch (error) {
    if (isTakenMeanwhile(error)) return null
    throw error
  }
  return { file: await fileOf(scope, teamId, known.id), outcome: 'version_added' }
}

/** The oldest versions, which are deleted to make room for one more. */
export function prunedBy(versions: readonly VersionRow[], kept: number): VersionRow[] {
  const sorted = [...versions].sort((a, b) => b.version - a.version)
  return sorted.slice(Math.max(0, kept - 1))
}

/**
 * Why a guard did not hold: no team, no room, or the object was deleted. Otherwise, the file has changed, and the
 * caller may try again.
 */
async function requireStanding(scope: SaveScope, staged: Staged, teamId: string): Promise<void> {
  const refusal = quotaRefusal(await storageOf(scope, teamId), staged.sizeBytes)
  if (refusal !== null) throw refusal
  if (!(await isPromised(scope.env.DB, staged.promiseId)))
    throw new AppError('resource.conflict', { detail: 'The upload took too long. Send the file again.' })
}

export async function storageOf(scope: RequestContext, teamId: string): Promise<StorageRow> {
  const row = await prepare(scope.env.DB, findStorage(teamId)).first<StorageRow>()
  if (row === null) throw notFound('The team')
  return row
}

async function fileOf(scope: RequestContext, teamId: string, id: string): Promise<FileRow> {
  const row = await firstOf(scope.env.DB, findFile(teamId, id))
  if (row === null) throw notFound('The file')
  return row
}
