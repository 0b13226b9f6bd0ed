import { access } from '../../../http/auth.ts'
import { versioned } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { TaskSchedule } from '../schema/parts.ts'
import { Task } from '../schema/task.ts'
import { ID } from '../task-path.ts'
import { removeSchedule, setSchedule } from './service.ts'

export const scheduleRoutes = router()
  .on(
    UPDATE_BY_PUT,
    `${ID}/schedule`,
    access('tasks:write'),
    doc('tasks.schedule.update', 'Set the schedule of a task', 200, Task, {
      description:
        'With `at`, the task itself is executed at that time. Otherwise, each occurrence is a new task with `occurrenceOf` and a number.',
      versioned: 'etag',
    }),
    validate('json', TaskSchedule),
    async (c) => versioned(c, await setSchedule(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `${ID}/schedule`,
    access('tasks:write'),
    doc('tasks.schedule.delete', 'Remove the schedule of a task', 204, null),
    async (c) => {
      await removeSchedule(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
