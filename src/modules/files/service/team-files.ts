// Files for other modules: opened, written and deleted for a team, by a run or by the system, without a request.
import type { RequestContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import { firstOf, rowsOf } from '../../../db/hot-read.ts'
import { prepare } from '../../../db/statement.ts'
import { fileName } from '../name.ts'
import { type FileRow, findContent, findFileByOperation, markFileDeleted } from '../repo/files.ts'
import { findFiles } from '../repo/list.ts'
import { deleteFilesOfRun, findFilesOfRun } from '../repo/run-files.ts'
import type { FileRef } from '../repo/selection.ts'
import { deleteUses, insertUses, type UserKind } from '../repo/uses.ts'
import type { OnConflict } from '../schema/file.ts'
import { contentOf, type FileContent, toContent } from './content.ts'
import { findByIdOrName } from './files.ts'
import { saveStaged } from './save.ts'
import { type Content, stageContent } from './stage.ts'

export const toFileRef = (row: FileRow): FileRef => ({
  $file: row.id,
  name: row.name,
  type: row.contentType,
  sizeBytes: row.sizeBytes,
  sha256: row.sha256,
})

export type OpenFile = { ref: FileRef; version: number; content: FileContent }

/** Null if the team has no such file, or it is deleted. */
export async function openTeamFile(
  scope: RequestContext,
  teamId: string,
  idOrName: string,
): Promise<OpenFile | null> {
  const row = await findByIdOrName(scope, teamId, idOrName)
  if (row === null || row.deletedAt !== null) return null
  const content = await contentOf(scope, row)
  return content === null ? null : { ref: toFileRef(row), version: row.version, content }
}

export type WriteTeamFile = Omit<Content, 'name'> & {
  teamId: string
  /** The person for whom it is written, or null. */
  userId: string | null
  name: string
  onConflict?: OnConflict
  tags?: string[]
  /** A repeated write with the same id finds the file of the first one. */
  operationId: string
  /** The run that the file belongs to: no list contains the file, and it is deleted with the run. */
  runId?: string
}

export async function writeTeamFile(scope: RequestContext, file: WriteTeamFile): Promise<FileRef> {
  const { teamId, userId, onConflict = 'version', tags, operationId, runId, ...content } = file
  const earlier = await firstOf(scope.env.DB, findFileByOperation(teamId, operationId))
  if (earlier !== null) return toFileRef(earlier)
  const staged = await stageContent(scope, teamId, { ...content, name: fileName(content.name) })
  const saved = await saveStaged({ ...scope, system: true }, staged, {
    ...{ teamId, userId, onConflict, tags, operationId, runId },
  })
  return toFileRef(saved.file)
}

export async function listTeamFiles(
  scope: RequestContext,
  teamId: string,
  { prefix, limit }: { prefix: string | undefined; limit: number },
): Promise<FileRef[]> {
  const rows = await rowsOf(
    scope.env.DB,
    findFiles(teamId, { limit, sort: 'name', count: false, ...(prefix === undefined ? {} : { prefix }) }),
  )
  return rows.slice(0, limit).map(toFileRef)
}

/** Like a manual deletion: it can be restored for a week. Null if there is no such file. A deleted file stays deleted. */
export async function deleteTeamFile(
  scope: RequestContext,
  teamId: string,
  idOrName: string,
): Promise<FileRef | null> {
  const row = await findByIdOrName(scope, teamId, idOrName)
  if (row === null || row.runId !== null) return null
  if (row.deletedAt !== null) return toFileRef(row)
  const outcome = await commit(
    { ...scope, system: true },
    {
      guard: markFileDeleted(row, scope.now()),
      audit: {
        action: 'file.deleted',
        targetType: 'file',
        targetId: row.id,
        teamId,
        before: { name: row.name },
      },
    },
  )
  return outcome === 'done' ? toFileRef(row) : deleteTeamFile(scope, teamId, row.id)
}

const RUN_FILES_A_COMMIT = 100

/** At most: two queries, and for each commit a query, the batch and the queue. */
export const callsToDeleteFiles = (files: number): number => 2 + 3 * Math.ceil(files / RUN_FILES_A_COMMIT)

/** Deletes the files of a run. May be repeated. */
export async function deleteRunFiles(scope: RequestContext, teamId: string, runId: string): Promise<void> {
  for (;;) {
    const files = await findFilesOfRun(scope.env.DB, teamId, runId, RUN_FILES_A_COMMIT)
    if (files.length === 0) break
    await commit(
      { ...scope, system: true },
      {
        statements: deleteFilesOfRun(teamId, runId, files),
        audit: {
          action: 'run.files_deleted',
          targetType: 'run',
          targetId: runId,
          teamId,
          before: { files: files.length },
        },
        messages: [{ type: 'storage.delete', keys: files.map((one) => one.objectKey), prefixes: [] }],
      },
    )
  }
  await forgetFileUses(scope, { kind: 'run', id: runId })
}

/** Records that something uses files of its team, so that their deletion can mention it. Unknown ids are ignored. */
export async function recordFileUses(
  scope: RequestContext,
  teamId: string,
  fileIds: readonly string[],
  user: { kind: UserKind; id: string },
): Promise<void> {
  if (fileIds.length === 0) return
  await prepare(scope.env.DB, insertUses(teamId, fileIds, user, scope.now())).run()
}

export async function forgetFileUses(
  scope: RequestContext,
  user: { kind: UserKind; id: string },
): Promise<void> {
  await prepare(scope.env.DB, deleteUses(user.kind, user.id)).run()
}

/** Includes deleted files that can be restored, because they may still be in use with their version. */
export async function openVersion(
  scope: RequestContext,
  teamId: string,
  fileId: string,
  version: number,
): Promise<FileContent | null> {
  const row = await firstOf(scope.env.DB, findContent(teamId, fileId, version))
  return row === null ? null : toContent(scope, row)
}
