import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { filesExport } from './export-repo.ts'
import { fileRoutes } from './routes/files.ts'
import { linkRoutes } from './routes/links.ts'
import { sharedFileRoutes } from './routes/shared.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { sweepFileUploads } from './service/parts.ts'
import { reconcileFiles, recountStorage } from './service/reconcile.ts'
import { sweepFiles } from './service/sweep.ts'
import { deleteRunFiles } from './service/team-files.ts'

export { type FoundFile, searchFiles } from './repo/list.ts'
export { findRunsWithFiles, hasRunFiles } from './repo/run-files.ts'
export { type FileRef, findRefs } from './repo/selection.ts'
export { findSourcesBelow, findSourcesNamed, type SourceFile } from './repo/sources.ts'
export { deleteUsesOfRuns } from './repo/uses.ts'
export { nameInHeader, rawFile } from './routes/incoming.ts'
export type { FileContent } from './service/content.ts'
export { fillFileInputs, namesFiles, requireFilesReadable, resolveFileInputs } from './service/inputs.ts'
export { MAX_FILE_BYTES } from './service/size.ts'
export { contentTypeOf, type OpenContent, openVersions, type Version } from './service/sources.ts'
export {
  callsToDeleteFiles,
  deleteRunFiles,
  deleteTeamFile,
  forgetFileUses,
  listTeamFiles,
  openTeamFile,
  openVersion,
  recordFileUses,
  type WriteTeamFile,
  writeTeamFile,
} from './service/team-files.ts'
export { type Incoming, uploadFile } from './service/upload.ts'
export { isTextType } from './types/table.ts'

export const filesModule = defineModule({
  name: 'files',
  routes: [
    ['/api/v1/files', fileRoutes],
    ['/api/v1/files', linkRoutes],
    ['/api/v1/files/uploads', uploadRoutes],
    ['/', sharedFileRoutes],
  ],
  publicRoutes: ['GET /f/:token', 'GET /u/:token', 'POST /u/:token'],
  jobs: { 'run.files_delete': (request, { teamId, runId }) => deleteRunFiles(request, teamId, runId) },
  cron: [
    { name: 'sweep files', run: sweepFiles },
    { name: 'sweep file uploads', run: sweepFileUploads },
    { name: 'reconcile files', run: reconcileFiles },
    { name: 'recount storage', run: recountStorage },
  ],
  expires: [{ table: 'file_links', column: 'expires_at', keepMs: 30 * DAY_MS }],
  exportLists: filesExport,
})
