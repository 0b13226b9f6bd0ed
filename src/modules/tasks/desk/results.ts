// The result of a run is stored with its task, so that lists, dependants and searches do not need the run.
import type { RequestContext } from '../../../context.ts'
import { runBatch, type Statement } from '../../../db/statement.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { findWithoutResult, setResult } from '../runs/repo.ts'
import type { ChangeRow } from './repo/changes.ts'

export const MAX_RESULT_CHARS = 64 * 1024
const AT_ONCE = 25

export async function keepResults(
  request: RequestContext,
  teamId: string,
  changes: readonly ChangeRow[],
): Promise<void> {
  const ids = changes
    .filter(({ kind, newStatus }) => kind === 'status' && newStatus === 'succeeded')
    .map(({ taskId }) => taskId)
  if (ids.length === 0) return
  const left = await findWithoutResult(request.env.DB, teamId, [...new Set(ids)])
  const writes: Statement[] = []
  const work = async () => {
    for (let row = left.pop(); row !== undefined; row = left.pop()) {
      try {
        const view = await workflowRun(request.env.RUNS, row.runId).view({ output: true })
        if (view === null || view.teamId !== teamId || view.outputBytes !== undefined) continue
        const text = JSON.stringify(view.output)
        if (text.length <= MAX_RESULT_CHARS) writes.push(setResult(row.id, row.runId, text))
      } catch (error) {
        // If the run does not answer, the id is stored instead.
        request.log.warn('the result of a task could not be read', { taskId: row.id, error })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (writes.length > 0) await runBatch(request.env.DB, writes)
}
