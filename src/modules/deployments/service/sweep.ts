// Asks the runs of deployments that have not changed for a while, because a message of a run may be lost with its
// object.
import type { RequestContext } from '../../../context.ts'
import { MINUTE_MS } from '../../../core/clock.ts'
import { prepare } from '../../../db/statement.ts'
import { isTerminal } from '../../../engine/model/state.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { platformOf } from '../platforms/index.ts'
import { findSilent, updateDeployment } from '../repo/deployments.ts'
import { endOf, recordEnd } from './end.ts'
import { startDeployment } from './start.ts'

const SILENT_MS = 10 * MINUTE_MS
const MAX_ASKED = 20

export async function sweepDeployments(request: RequestContext): Promise<void> {
  const { env } = request
  const now = request.now()
  for (const row of await findSilent(env.DB, now - SILENT_MS, MAX_ASKED)) {
    const view = await workflowRun(env.RUNS, row.runId).view({ output: false })
    if (view === null && row.status === 'queued')
      await startDeployment(request, { type: 'deployment.start', teamId: row.teamId, deploymentId: row.id })
    else if (view === null || isTerminal(view.status)) {
      const error = view === null ? null : (view.error as { code: string; message: string } | null)
      const status = view?.status === 'cancelled' ? 'cancelled' : 'failed'
      const ended = { status, error, cancelledBy: view?.cancelledBy ?? null } as const
      await recordEnd(request, row, endOf(ended, platformOf(row.platform).name))
      continue
    }
    // Asked again after the same time.
    await prepare(env.DB, updateDeployment(row.teamId, row.id, {}, now)).run()
  }
}
