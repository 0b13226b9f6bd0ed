import { access } from '../../../../http/auth.ts'
import { idempotent } from '../../../../http/idempotency.ts'
import { doc, validate } from '../../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../../http/router.ts'
import { ExportSchedule, SetExportSchedule } from './schema.ts'
import { deleteExportSchedule, getExportSchedule, runExportSchedule, setExportSchedule } from './service.ts'

const PATH = '/export/schedule'

export const scheduleRoutes = router()
  .get(
    PATH,
    access('costs:read'),
    doc('costs.exportSchedule.get', 'Get the schedule of exports', 200, ExportSchedule),
    async (c) => c.json(await getExportSchedule(c.var.ctx)),
  )
  .on(
    UPDATE_BY_PUT,
    PATH,
    access('costs:write'),
    doc('costs.exportSchedule.set', 'Schedule exports of costs', 200, ExportSchedule, {
      description:
        'Writes the costs of each day, week or month to a file of the team, at 06:00 UTC on the day after its end, and sends it to a bucket if an integration is named. `lastRun` says how the last one has gone. An API key also needs `files:write`.',
    }),
    validate('json', SetExportSchedule),
    async (c) => c.json(await setExportSchedule(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    `${PATH}/run`,
    access('costs:write'),
    idempotent(getExportSchedule, 202),
    doc('costs.exportSchedule.run', 'Export the last period now', 202, ExportSchedule, {
      description: 'Of the last period whose export was due. A file of the same period gets a new version.',
    }),
    async (c) => c.json(await runExportSchedule(c.var.ctx), 202),
  )
  .delete(
    PATH,
    access('costs:write'),
    doc('costs.exportSchedule.delete', 'Stop the scheduled exports', 204, null),
    async (c) => {
      await deleteExportSchedule(c.var.ctx)
      return c.body(null, 204)
    },
  )
