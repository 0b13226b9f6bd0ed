// Asks the platform whether it has finished, for up to twenty minutes.
import { MINUTE_MS, SECOND_MS } from '../../../core/clock.ts'
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import type { DeploymentRow } from '../repo/deployments.ts'
import { recordReady } from '../service/end.ts'
import { toDeployment } from '../service/view.ts'
import { changesOf, type Step, type StepResult, type StepScope } from './step.ts'

export const PROCESSING_MS = 20 * MINUTE_MS

export async function check({ request }: StepScope, step: Step): Promise<StepResult> {
  const { row, platform, site, save } = step
  const checked = await platform.check(site)
  if (checked.status === 'failed') {
    await save(changesOf(checked))
    throw new AppError('deployment.refused', { detail: checked.message })
  }
  if (checked.status === 'ready') {
    await recordReady(request, row, changesOf(checked))
    return {
      again: false,
      output: outputOf({ ...row, ...changesOf(checked), status: 'ready' }),
    }
  }
  const now = request.now()
  const since = now - (row.publishedAt ?? now)
  if (since >= PROCESSING_MS)
    throw new AppError('deployment.timeout', {
      detail: `${platform.name} was still processing after 20 minutes. Check it there, then update the status with POST /deployments/${row.id}/refresh.`,
    })
  await save(changesOf(checked))
  return { again: true, until: now + pauseAfter(since), output: { status: 'processing' } }
}

/** The output for a workflow. */
function outputOf(row: DeploymentRow): Json {
  const { source: _source, settings: _settings, warnings: _warnings, ...deployment } = toDeployment(row)
  return deployment as unknown as Json
}

/** Frequent at first, because most deployments finish within seconds. */
const pauseAfter = (sinceMs: number): number =>
  Math.min(15 * SECOND_MS, Math.max(SECOND_MS, Math.round(sinceMs / 5)))
