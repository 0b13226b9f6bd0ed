import * as z from 'zod'
import { access } from '../../../../http/auth.ts'
import { doc, validate } from '../../../../http/openapi.ts'
import { router } from '../../../../http/router.ts'
import type { TransferKind } from '../columns.ts'
import { EXTENSIONS, ExportCosts, ExportUsage, MEDIA_TYPES, XLSX_TYPE } from './schema.ts'
import { exportSnapshots } from './service.ts'

export const exportRoutes = (kind: TransferKind) =>
  router().get(
    '/export',
    access('costs:read'),
    doc(`${kind}.export`, `Export ${kind}`, 200, z.string(), {
      description: 'Streams all matching rows. Importing the file creates the same rows.',
      mediaType: 'text/csv',
      otherMediaTypes: ['application/jsonl', XLSX_TYPE],
    }),
    validate('query', kind === 'costs' ? ExportCosts : ExportUsage),
    async (c) => {
      const query = c.req.valid('query')
      return c.body(await exportSnapshots(c.var.ctx, kind, query), 200, {
        'content-type': MEDIA_TYPES[query.format],
        'content-disposition': `attachment; filename="${kind}.${EXTENSIONS[query.format]}"`,
      })
    },
  )
