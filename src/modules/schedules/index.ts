import { defineModule } from '../define-module.ts'
import { fireSchedules } from './fire.ts'
import { startScheduledRun } from './start.ts'

export const schedulesModule = defineModule({
  name: 'schedules',
  jobs: { 'run.start': startScheduledRun },
  cron: [{ name: 'fire schedules', run: fireSchedules, urgent: true }],
})
