// The work of runs of kind `bulk` and `export` on tasks of their team.
import type { RequestContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import { isStorageFailure } from '../../../src/core/storage-failure.ts'
import { stepTasks } from '../../../src/modules/tasks/index.ts'
import { NodeFailure, PlatformUnavailable } from '../../../src/nodes/node.ts'
import type { TasksPort } from '../../../src/nodes/ports.ts'
import type { Run } from '../turn/scope.ts'
import { failureOf } from './binding.ts'

export const tasksPort = ({ context, run }: { context: RequestContext; run: Run }): TasksPort => ({
  step: async (name, given) => {
    const { kind, teamId, runId, startedBy, input } = run.spec
    if (kind !== 'bulk' && kind !== 'export')
      throw new NodeFailure({ code: 'node.error', message: 'Not a run of tasks', retryable: false })
    try {
      return await stepTasks({ request: context, teamId, runId, userId: startedBy, input }, name, given)
    } catch (error) {
      if (isStorageFailure(error)) throw new PlatformUnavailable('The database', error)
      throw error instanceof AppError ? failureOf(error) : error
    }
  },
})
