// The steps of runs that change or export tasks, as their nodes call them.
import type { Json } from '../../core/json.ts'
import type { TasksStep } from '../../nodes/ports.ts'
import { changeTasks, chooseTasks } from './bulk/run.ts'
import type { StepScope } from './step-scope.ts'
import { writeExport } from './transfer/export.ts'

const STEPS: Record<TasksStep, (scope: StepScope, given: Json) => Promise<Json>> = {
  choose: chooseTasks,
  change: changeTasks,
  export: writeExport,
}

export const stepTasks = (scope: StepScope, step: TasksStep, given: Json): Promise<Json> =>
  STEPS[step](scope, given)
