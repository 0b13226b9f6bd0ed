import { defineModule } from '../define-module.ts'
import { tasksExport } from './export-repo.ts'
import { aroundRoutes } from './routes/around.ts'
import { batchRoutes } from './routes/batch.ts'
import { statsRoutes } from './routes/stats.ts'
import { taskRoutes } from './routes/tasks.ts'
import { templateRoutes } from './routes/templates.ts'
import { transferRoutes } from './routes/transfer.ts'
import { workerRoutes } from './routes/workers.ts'
import { remindOfTasks } from './service/due.ts'
import { fireTasks } from './service/fire.ts'
import { sweepTasks } from './service/sweep.ts'

export { stepTasks } from './service/run-steps.ts'
export { findTasksByWords } from './service/search.ts'
export { type DeskMemory, newMemory, workAtDesk } from './service/work.ts'

export const tasksModule = defineModule({
  name: 'tasks',
  routes: [
    ['/api/v1/tasks', taskRoutes],
    ['/api/v1/tasks', aroundRoutes],
    ['/api/v1/tasks', workerRoutes],
    ['/api/v1/tasks', batchRoutes],
    ['/api/v1/tasks', templateRoutes],
    ['/api/v1/tasks', statsRoutes],
    ['/api/v1/tasks', transferRoutes],
  ],
  cron: [
    { name: 'fire schedules of tasks', run: fireTasks, urgent: true },
    { name: 'wake desks of tasks', run: sweepTasks, urgent: true },
    { name: 'tell of due tasks', run: remindOfTasks },
  ],
  exportLists: tasksExport,
})
