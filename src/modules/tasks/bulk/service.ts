// One action on the tasks of a list, with a result for each. A filter is handled by a run (`run.ts`).
import type { ServiceContext } from '../../../context.ts'
import type { TaskResult } from '../batch/schema.ts'
import { errorOf } from '../batch/slot.ts'
import { deleteTask } from '../edit/delete.ts'
import { ALLOWED, type TaskStatus } from '../pure/status.ts'
import { cancelTask } from '../runs/control.ts'
import { retryTask } from '../runs/retry.ts'
import type { BulkTaskResults, BulkVerb } from './schema.ts'

type Change = {
  /** The default statuses of a filter that sets none itself. Null for all. */
  fitting: readonly TaskStatus[] | null
  /** Returns the new status of the task. */
  work: (ctx: ServiceContext, id: string) => Promise<TaskStatus | 'deleted'>
}

export const CHANGES: Readonly<Record<BulkVerb, Change>> = {
  cancel: { fitting: ALLOWED.cancel, work: async (ctx, id) => (await cancelTask(ctx, id)).view.status },
  retry: {
    fitting: ['failed', 'cancelled', 'skipped'],
    work: async (ctx, id) => (await retryTask(ctx, id, {})).view.status,
  },
  delete: {
    fitting: null,
    work: async (ctx, id) => {
      await deleteTask(ctx, id, null, { cancel: false })
      return 'deleted'
    },
  },
}

export async function bulkChange(
  ctx: ServiceContext,
  verb: BulkVerb,
  ids: readonly string[],
): Promise<BulkTaskResults> {
  const results: TaskResult[] = []
  for (const id of ids) {
    try {
      results.push({ ok: true, id, status: await CHANGES[verb].work(ctx, id) })
    } catch (error) {
      results.push({ ok: false, id, error: errorOf(error) })
    }
  }
  return { results }
}
