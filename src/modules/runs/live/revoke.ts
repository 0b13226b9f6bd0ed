// Closes the sockets and streams whose rights have ended. It may be repeated at any point, because it closes only those
// whose rights do not hold now.
import type { RequestContext } from '../../../context.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import type { LiveRevoke } from '../../../queue/messages/runs.ts'
import { deleteFollowers, findLostFollowers } from './repo.ts'

const PAGE = 200
const AT_ONCE = 6

export async function revokeLive(request: RequestContext, { of, id }: LiveRevoke): Promise<void> {
  const { DB, RUNS } = request.env
  for (;;) {
    const lost = await findLostFollowers(DB, of, id, request.now(), PAGE)
    const runs = [...Map.groupBy(lost, ({ runId }) => runId)]
    const failures: unknown[] = []
    const work = async (): Promise<void> => {
      for (let next = runs.pop(); next !== undefined; next = runs.pop()) {
        const ids = next[1].map((one) => one.id)
        try {
          await workflowRun(RUNS, next[0]).unfollow(ids)
          await deleteFollowers(DB, ids)
        } catch (error) {
          // A run that does not respond must not keep the others open.
          failures.push(error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    if (failures.length > 0) throw failures[0]
    if (lost.length < PAGE) return
  }
}
