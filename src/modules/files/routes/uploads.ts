import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { setEtag } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, takeBytes, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { File } from '../schema/file.ts'
import { CreateFileUpload, FileUpload, FileUploadPart } from '../schema/upload.ts'
import {
  completeFileUpload,
  createFileUpload,
  deleteFileUpload,
  getFileUpload,
  putFileUploadPart,
} from '../service/parts.ts'
import { statusOf } from '../service/upload.ts'
import { toFile } from '../service/view.ts'
import { announcedBytes, expectedSha256 } from './incoming.ts'

const UPLOAD_ID = `:id{${idPattern('upl')}}` as const

export const uploadRoutes = router()
  .post(
    '/',
    access('files:write'),
    idempotent(getFileUpload),
    doc('files.uploads.create', 'Begin an upload in parts', 201, FileUpload, {
      description:
        'For slow connections: each part is sent by itself, in any order, and again if it was interrupted.',
    }),
    validate('json', CreateFileUpload),
    async (c) => c.json(await createFileUpload(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/${UPLOAD_ID}`,
    access('files:write'),
    doc('files.uploads.get', 'Get an upload with the parts that are there', 200, FileUpload),
    async (c) => c.json(await getFileUpload(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/${UPLOAD_ID}/parts/:n{[0-9]+}`,
    access('files:write'),
    doc('files.uploads.putPart', 'Send a part', 200, FileUploadPart, {
      description:
        'The body is the part itself, with exactly `partSizeBytes`; the last part has the rest. `X-Content-SHA256` is verified.',
    }),
    takeBytes(['application/octet-stream']),
    async (c) => {
      const part = {
        body: c.req.raw.body,
        announcedBytes: announcedBytes(c),
        sha256: expectedSha256(c),
      }
      return c.json(await putFileUploadPart(c.var.ctx, c.req.param('id'), Number(c.req.param('n')), part))
    },
  )
  .post(
    `/${UPLOAD_ID}/complete`,
    access('files:write'),
    doc('files.uploads.complete', 'Make the parts a file', 201, File, {
      alsoStatus: 200,
      versioned: 'etag',
      description: 'Repeating the request returns 200 with the same file.',
    }),
    async (c) => {
      const saved = await completeFileUpload(c.var.ctx, c.req.param('id'))
      setEtag(c, saved.file.revision)
      return c.json(toFile(saved.file), statusOf(saved))
    },
  )
  .delete(
    `/${UPLOAD_ID}`,
    access('files:write'),
    doc('files.uploads.delete', 'Give up an upload', 204, null),
    async (c) => {
      await deleteFileUpload(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
