import type { Context } from 'hono'
import { dayOf } from '../../../../core/clock.ts'
import { AppError } from '../../../../core/errors.ts'
import { idPattern } from '../../../../core/ids.ts'
import type { AppEnv } from '../../../../http/app-env.ts'
import { access } from '../../../../http/auth.ts'
import { idempotent } from '../../../../http/idempotency.ts'
import { doc, takeBytes, validate } from '../../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../../http/router.ts'
import { nameInHeader, rawFile } from '../../../files/index.ts'
import type { TransferKind } from '../columns.ts'
import { deleteMapping, listMappings, setMapping } from './mappings.ts'
import {
  ColumnMapping,
  ColumnMappingPage,
  CostImport,
  CostImportPage,
  ImportErrorPage,
  ImportFileQuery,
  ListImportErrors,
  ListImports,
  ListMappings,
  SetMapping,
  StartImport,
} from './schema.ts'
import { cancelImport, getImport, importFile, listImportErrors, listImports, startImport } from './service.ts'

const ID = `/imports/:id{${idPattern('imp')}}` as const
const MAPPING = '/mappings/:name{[A-Za-z0-9_.-]+}' as const

export const startImportRoutes = (kind: TransferKind) =>
  router().post(
    '/import',
    access('costs:write'),
    idempotent(getImport, 202),
    doc(`${kind}.import`, `Import ${kind} from a file`, 202, CostImport, {
      description:
        'Reads CSV, JSON lines or XLSX from a file of the team, also packed with gzip; costs also in the columns of FOCUS. `GET /costs/imports/{id}` shows how far it is. Importing the same file again changes nothing. An API key also needs `files:read`.',
    }),
    validate('json', StartImport),
    async (c) => c.json(await startImport(c.var.ctx, kind, c.req.valid('json')), 202),
  )

/** The default file name of each media type without `X-Filename`. */
const EXTENSIONS: Record<string, string> = {
  'text/csv': 'csv',
  'application/jsonl': 'jsonl',
  'application/x-ndjson': 'jsonl',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/gzip': 'csv.gz',
}

function fileNameOf(c: Context<AppEnv>, kind: TransferKind): string {
  if (c.req.header('x-filename') !== undefined) return nameInHeader(c)
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const extension = Object.hasOwn(EXTENSIONS, type) ? EXTENSIONS[type] : undefined
  if (extension === undefined)
    throw new AppError('request.unsupported_media_type', {
      detail: `Send one of ${Object.keys(EXTENSIONS).join(', ')}, or name the file in X-Filename.`,
    })
  return `${kind}-${dayOf(c.var.ctx.now())}.${extension}`
}

export const importFileRoutes = (kind: TransferKind) =>
  router().post(
    '/import/file',
    access('costs:write'),
    doc(`${kind}.importFile`, `Import ${kind} from the body`, 202, CostImport, {
      description:
        'The body is the file: CSV, JSON lines or XLSX, also packed with gzip. It is stored among the files of the team, in the folder `imports`, under the name in `X-Filename` or one with the date, and imported from there.',
    }),
    validate('query', ImportFileQuery),
    takeBytes([...Object.keys(EXTENSIONS), 'application/octet-stream']),
    async (c) => {
      const file = rawFile(c, fileNameOf(c, kind))
      return c.json(await importFile(c.var.ctx, kind, file, c.req.valid('query')), 202)
    },
  )

export const importRoutes = router()
  .get(
    '/imports',
    access('costs:read'),
    doc('costs.imports.list', 'List imports of costs and usage', 200, CostImportPage),
    validate('query', ListImports),
    async (c) => c.json(await listImports(c.var.ctx, c.req.valid('query'))),
  )
  .get(ID, access('costs:read'), doc('costs.imports.get', 'Get an import', 200, CostImport), async (c) =>
    c.json(await getImport(c.var.ctx, c.req.param('id'))),
  )
  .get(
    `${ID}/errors`,
    access('costs:read'),
    doc('costs.imports.listErrors', 'List the errors of an import', 200, ImportErrorPage),
    validate('query', ListImportErrors),
    async (c) => c.json(await listImportErrors(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .post(
    `${ID}/cancel`,
    access('costs:write'),
    doc('costs.imports.cancel', 'Cancel an import', 200, CostImport, {
      description: 'Rows that are done stay.',
    }),
    async (c) => c.json(await cancelImport(c.var.ctx, c.req.param('id'))),
  )
  .get(
    '/mappings',
    access('costs:read'),
    doc('costs.mappings.list', 'List saved column mappings', 200, ColumnMappingPage),
    validate('query', ListMappings),
    async (c) => c.json(await listMappings(c.var.ctx, c.req.valid('query'))),
  )
  .on(
    UPDATE_BY_PUT,
    MAPPING,
    access('costs:write'),
    doc('costs.mappings.set', 'Save a column mapping', 200, ColumnMapping),
    validate('json', SetMapping),
    async (c) => c.json(await setMapping(c.var.ctx, c.req.param('name'), c.req.valid('json'))),
  )
  .delete(
    MAPPING,
    access('costs:write'),
    doc('costs.mappings.delete', 'Delete a column mapping', 204, null),
    async (c) => {
      await deleteMapping(c.var.ctx, c.req.param('name'))
      return c.body(null, 204)
    },
  )
