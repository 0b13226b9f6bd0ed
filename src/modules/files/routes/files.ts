import * as z from 'zod'
import { idPattern } from '../../../core/ids.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, setEtag, versioned } from '../../../http/etag.ts'
import { doc, takeBytes, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import {
  ContentQuery,
  DeletedFile,
  DeleteFileQuery,
  File,
  FilePage,
  FileStats,
  FileVersionPage,
  ListFiles,
  RestoreFile,
  UpdateFile,
  UploadQuery,
  UploadResults,
} from '../schema/file.ts'
import { FileFolderPage, ListFolders } from '../schema/folder.ts'
import { FileUsePage, ListFileUses } from '../schema/use.ts'
import { getContent, getContentByName } from '../service/content.ts'
import { deleteFile, restoreFile } from '../service/delete.ts'
import {
  getFile,
  getFileInfo,
  listFiles,
  listFolders,
  listUses,
  listVersions,
  updateFile,
} from '../service/files.ts'
import { getFileStats } from '../service/stats.ts'
import { statusOf, uploadFile, uploadFiles } from '../service/upload.ts'
import { toFile } from '../service/view.ts'
import { answerContent } from './answer.ts'
import { manyFiles, oneFile } from './incoming.ts'

export const FILE_ID = `:id{${idPattern('file')}}` as const

const Bytes = z.string().meta({ format: 'binary' })

export const CONTENT_ANSWERS = {
  206: 'The part that Range asks for',
  304: 'Not modified: If-None-Match names this content',
  416: 'The range begins after the end of the file',
}

const DOWNLOAD = {
  mediaType: '*/*',
  versioned: 'etag',
  otherAnswers: CONTENT_ANSWERS,
  description:
    'Takes Range, If-Range, If-None-Match and HEAD; the ETag is the SHA-256 of the content. Always an attachment, but for images and PDF with `inline=1`.',
} as const

export const fileRoutes = router()
  .post(
    '/upload',
    access('files:write'),
    doc('files.upload', 'Upload a file', 201, File, {
      alsoStatus: 200,
      versioned: 'etag',
      description:
        "The body is the file itself under the name in `X-Filename` (in ASCII, or as RFC 8187 writes it: `UTF-8''na%C3%AFve.txt`), or a form with one file. At most 50 MB. " +
        '`X-Content-SHA256` has the content compared. Extension and content must agree. The same content under the same name answers 200 and adds no version.',
    }),
    validate('query', UploadQuery),
    takeBytes(['application/octet-stream', 'multipart/form-data', '*/*']),
    async (c) => {
      const { incoming, isOnly } = await oneFile(c)
      const saved = await uploadFile(c.var.ctx, incoming, c.req.valid('query'), isOnly)
      setEtag(c, saved.file.revision)
      return c.json(toFile(saved.file), statusOf(saved))
    },
  )
  .post(
    '/upload-multiple',
    access('files:write'),
    doc('files.uploadMultiple', 'Upload up to 50 files', 200, UploadResults, {
      description:
        'A form whose parts are files, whatever their fields are called. Each has a result of its own.',
    }),
    validate('query', UploadQuery),
    takeBytes(['multipart/form-data']),
    async (c) => c.json(await uploadFiles(c.var.ctx, manyFiles(c), c.req.valid('query'))),
  )
  .get(
    '/',
    accessWithRead('files:read'),
    doc('files.list', 'List files', 200, FilePage),
    validate('query', ListFiles),
    async (c) => c.json(await listFiles(c.var.readCtx, c.req.valid('query'))),
  )
  .get(
    '/folders',
    access('files:read'),
    doc('files.folders.list', 'List folders', 200, FileFolderPage, {
      description:
        'A folder is what names of files have before a `/`: it exists as long as a file is in it. Lists the folders directly below `parent`.',
    }),
    validate('query', ListFolders),
    async (c) => c.json(await listFolders(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/stats',
    access('files:read'),
    doc('files.getStats', 'Count files by type and month', 200, FileStats),
    async (c) => c.json(await getFileStats(c.var.ctx)),
  )
  .get(
    '/info/:filename{.+}',
    access('files:read'),
    doc('files.getByName', 'Get a file by its name', 200, File, {
      versioned: 'etag',
      description: 'A name that looks like an id is first looked for as an id.',
    }),
    async (c) => versioned(c, await getFileInfo(c.var.ctx, c.req.param('filename'))),
  )
  .get(
    '/download/:userId/:filename{.+}',
    accessWithRead('files:read'),
    doc('files.downloadByName', 'Download a file by its uploader and name', 200, Bytes, DOWNLOAD),
    validate('query', ContentQuery),
    async (c) => {
      const { inline = false, version } = c.req.valid('query')
      const { userId, filename } = c.req.param()
      return answerContent(c, await getContentByName(c.var.readCtx, userId, filename, version), { inline })
    },
  )
  .get(
    `/${FILE_ID}`,
    accessWithRead('files:read'),
    doc('files.get', 'Get a file', 200, File, { versioned: 'etag' }),
    async (c) => versioned(c, await getFile(c.var.readCtx, c.req.param('id'))),
  )
  .get(
    `/${FILE_ID}/content`,
    accessWithRead('files:read'),
    doc('files.download', 'Download a file', 200, Bytes, DOWNLOAD),
    validate('query', ContentQuery),
    async (c) => {
      const { inline = false, version } = c.req.valid('query')
      return answerContent(c, await getContent(c.var.readCtx, c.req.param('id'), version), { inline })
    },
  )
  .get(
    `/${FILE_ID}/versions`,
    access('files:read'),
    doc('files.listVersions', 'List the versions of a file', 200, FileVersionPage, {
      description: 'Newest first, all on one page. The plan limits how many are kept.',
    }),
    async (c) => c.json(await listVersions(c.var.ctx, c.req.param('id'))),
  )
  .get(
    `/${FILE_ID}/uses`,
    access('files:read'),
    doc('files.listUses', 'List what uses a file', 200, FileUsePage, {
      description: 'The runs that got the file in their input, and the deployments that published it.',
    }),
    validate('query', ListFileUses),
    async (c) => c.json(await listUses(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .on(
    UPDATE,
    `/${FILE_ID}`,
    access('files:write'),
    doc('files.update', 'Rename, move or tag a file', 200, File, { versioned: 'if-match' }),
    validate('json', UpdateFile),
    async (c) =>
      versioned(c, await updateFile(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .post(
    `/${FILE_ID}/restore`,
    access('files:write'),
    doc('files.restore', 'Restore a deleted file, or an earlier version', 200, File, {
      versioned: 'if-match',
    }),
    validate('json', RestoreFile, { optional: true }),
    async (c) =>
      versioned(c, await restoreFile(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .delete(
    '/:id',
    access('files:write'),
    doc('files.delete', 'Delete a file by id or name', 200, DeletedFile, {
      versioned: 'if-match',
      description:
        'It can be restored for 7 days and counts against the plan until then. A name with folders has its `/` as `%2F`. The answer names what used the file.',
    }),
    validate('query', DeleteFileQuery),
    async (c) => {
      const { permanent = false } = c.req.valid('query')
      const name = c.req.param('id')
      return versioned(c, await deleteFile(c.var.ctx, name, { permanent }, expectedVersion(c)))
    },
  )
