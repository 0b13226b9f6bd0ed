import { defineModule } from '../define-module.ts'
import { batchRoutes } from './batch/routes.ts'
import { bulkRoutes } from './bulk/routes.ts'
import { commentRoutes } from './comments/routes.ts'
import { sweepTasks } from './desk/sweep.ts'
import { tasksExport } from './export-repo.ts'
import { graphRoutes } from './graph/routes.ts'
import { limitRoutes } from './limits/routes.ts'
import { remindOfTasks } from './reminders/service.ts'
import { taskRoutes } from './routes.ts'
import { fireTasks } from './schedule/fire.ts'
import { scheduleRoutes } from './schedule/routes.ts'
import { searchRoutes } from './search/routes.ts'
import { statsRoutes } from './stats/routes.ts'
import { templateRoutes } from './templates/routes.ts'
import { transferRoutes } from './transfer/routes.ts'
import { workerRoutes } from './workers/routes.ts'

export { type DeskMemory, newMemory, processDesk } from './desk/work.ts'
export { stepTasks } from './run-steps.ts'
export { findTasksByWords } from './search/service.ts'

export const tasksModule = defineModule({
  name: 'tasks',
  routes: [
    ['/api/v1/tasks', taskRoutes],
    ['/api/v1/tasks', limitRoutes],
    ['/api/v1/tasks', scheduleRoutes],
    ['/api/v1/tasks', graphRoutes],
    ['/api/v1/tasks', commentRoutes],
    ['/api/v1/tasks', workerRoutes],
    ['/api/v1/tasks', batchRoutes],
    ['/api/v1/tasks', bulkRoutes],
    ['/api/v1/tasks', templateRoutes],
    ['/api/v1/tasks', statsRoutes],
    ['/api/v1/tasks', searchRoutes],
    ['/api/v1/tasks', transferRoutes],
  ],
  cron: [
    { name: 'fire schedules of tasks', run: fireTasks, urgent: true },
    { name: 'wake desks of tasks', run: sweepTasks, urgent: true },
    { name: 'remind of due tasks', run: remindOfTasks },
  ],
  exportLists: tasksExport,
})
