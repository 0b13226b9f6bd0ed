import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { teamHub } from '../../../objects/channels.ts'
import { publishNow } from '../../realtime/index.ts'
import type { DeploymentRow } from '../repo/deployments.ts'
import type { LogRow } from '../repo/logs.ts'
import { toLogLine } from '../service/view.ts'

const MAX_LINES = 100

/** Notifies followers of `deployment:<id>`. Errors are ignored. */
export async function publishProgress(
  request: RequestContext,
  row: DeploymentRow,
  lines: readonly LogRow[],
): Promise<void> {
  const { id, teamId, status } = row
  const files = { total: row.filesTotal, changed: row.filesChanged, sent: row.filesSent, bytes: row.bytes }
  const publication = {
    key: `${id} ${status} ${row.filesSent} ${lines.at(-1)?.seq ?? request.now()}`,
    event: {
      type: 'deployment.progress' as const,
      at: toIso(request.now()),
      teamId,
      data: { id, status, files, lines: lines.slice(-MAX_LINES).map(toLogLine) },
    },
  }
  await publishNow(request, teamHub(teamId), publication).catch(() => false)
}
