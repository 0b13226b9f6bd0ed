// One thing done to the tasks of a list, answered one by one. What a filter finds is changed by a run (`bulk-run.ts`).
import type { ServiceContext } from '../../../context.ts'
import { ALLOWED, type TaskStatus } from '../pure/status.ts'
import type { BulkTaskResults, BulkVerb, TaskResult } from '../schema/batch.ts'
import { errorOf } from './batch.ts'
import { cancelTask, retryTask } from './control.ts'
import { deleteTask } from './delete.ts'

type Change = {
  /** What a filter finds is bounded to these, where it does not name statuses itself; null for all. */
  fitting: readonly TaskStatus[] | null
  /** Answers with the status that the task has then. */
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
