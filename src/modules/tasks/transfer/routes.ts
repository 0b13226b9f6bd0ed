import * as z from 'zod'
import { access } from '../../../http/auth.ts'
import { readBytes } from '../../../http/body.ts'
import { doc, takeFile, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { exportTasks } from './export.ts'
import { importTasks } from './import.ts'
import { ExportTasks, ImportResults, ImportTasks, StartedExport } from './schema.ts'

const TYPES = {
  json: 'application/json',
  jsonl: 'application/jsonl; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

const MAX_IMPORT_BYTES = 10 * 1024 * 1024

export const transferRoutes = router()
  .post(
    '/export',
    access('tasks:read'),
    doc('tasks.export', 'Export tasks', 200, z.string(), {
      description:
        'Streams up to 10,000 tasks. More are written to a file of the team: the answer is 202 and says which. The account needs room for it.',
      mediaType: 'text/csv',
      otherMediaTypes: ['application/json', 'application/jsonl', TYPES.xlsx],
      otherAnswers: { 202: 'The file is being written.' },
    }),
    validate('json', ExportTasks),
    async (c) => {
      const body = c.req.valid('json')
      const done = await exportTasks(c.var.ctx, body)
      if ('started' in done) return c.json(StartedExport.parse(done.started), 202)
      return c.body(done.stream, 200, {
        'content-type': TYPES[body.format],
        'content-disposition': `attachment; filename="tasks.${body.format}"`,
      })
    },
  )
  .post(
    '/import',
    access('tasks:write'),
    doc('tasks.import', 'Make tasks of an exported file', 200, ImportResults, {
      description:
        'Reads JSON, JSON lines, CSV and XLSX as `/tasks/export` writes them, up to 1,000 rows and 10 MB. A workbook is recognized by its content; its first sheet is read. Each row is answered in its place. If all rows are refused, so is the request, with the first 50 reasons.',
    }),
    takeFile(
      z.array(z.record(z.string(), z.unknown())).meta({ id: 'TaskRows' }),
      ['text/csv', 'application/jsonl'],
      [TYPES.xlsx],
    ),
    validate('query', ImportTasks),
    async (c) =>
      c.json(
        await importTasks(c.var.ctx, await readBytes(c, MAX_IMPORT_BYTES), {
          mediaType: c.req.header('content-type') ?? '',
          timezone: c.req.valid('query').timezone,
        }),
      ),
  )
