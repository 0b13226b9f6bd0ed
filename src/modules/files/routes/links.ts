import * as z from 'zod'
import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { contentDisposition } from '../../../http/content-disposition.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  CreateFileLink,
  CreateUploadLink,
  FileLinkPage,
  ListFileLinks,
  NewFileLink,
  ZipFiles,
} from '../schema/link.ts'
import { createFileLink, createUploadLink, listFileLinks, revokeFileLink } from '../service/links.ts'
import { zipFiles } from '../service/zip.ts'

export const linkRoutes = router()
  .post(
    `/:id{${idPattern('file')}}/link`,
    access('files:write'),
    idempotent('secret'),
    doc('files.links.create', 'Make a link to download a file without an account', 201, NewFileLink, {
      description:
        'It ends when its time is over, its downloads are used up, or who made it leaves the team. An API key also needs `files:read`.',
    }),
    validate('json', CreateFileLink, { optional: true }),
    async (c) => c.json(await createFileLink(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .post(
    '/uploads/link',
    access('files:write'),
    idempotent('secret'),
    doc(
      'files.links.createForUpload',
      'Make a link to upload one file without an account',
      201,
      NewFileLink,
      {
        description: 'In a browser it shows a form; programs send the file to it as to `/files/upload`.',
      },
    ),
    validate('json', CreateUploadLink, { optional: true }),
    async (c) => c.json(await createUploadLink(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    '/links',
    access('files:write'),
    doc('files.links.list', 'List links', 200, FileLinkPage),
    validate('query', ListFileLinks),
    async (c) => c.json(await listFileLinks(c.var.ctx, c.req.valid('query'))),
  )
  .delete(
    `/links/:id{${idPattern('lnk')}}`,
    access('files:write'),
    doc('files.links.revoke', 'Revoke a link', 204, null),
    async (c) => {
      await revokeFileLink(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    '/zip',
    access('files:read'),
    doc('files.zip', 'Download files as a zip', 200, z.string().meta({ format: 'binary' }), {
      mediaType: 'application/zip',
      description: 'At most 500 files and 2 GB, stored without compression and created while they are sent.',
    }),
    validate('json', ZipFiles),
    async (c) => {
      const { stream, sizeBytes } = await zipFiles(c.var.ctx, c.req.valid('json'))
      return c.body(stream.pipeThrough(new FixedLengthStream(sizeBytes)), 200, {
        'content-type': 'application/zip',
        'content-disposition': contentDisposition('attachment', 'files.zip'),
        'content-length': String(sizeBytes),
        'content-security-policy': "default-src 'none'; sandbox",
      })
    },
  )
