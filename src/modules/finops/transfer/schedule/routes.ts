import { access } from '../../../../http/auth.ts'
import { doc, validate } from '../../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../../http/router.ts'
import { ExportSchedule, SetExportSchedule } from './schema.ts'
import { deleteExportSchedule, getExportSchedule, setExportSchedule } from './service.ts'

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
        'Writes the costs of each day, week or month to a file of the team, at 06:00 UTC on the day after its end.',
    }),
    validate('json', SetExportSchedule),
    async (c) => c.json(await setExportSchedule(c.var.ctx, c.req.valid('json'))),
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
