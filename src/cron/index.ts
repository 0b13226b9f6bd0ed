// The tick of every minute. A tick may be skipped or come twice, so each task looks at what is due and is harmless
// when there is nothing to do; one that fails does not keep the others from running.
import { openContext, type RequestContext } from '../context.ts'
import { newId } from '../core/ids.ts'
import type { Env } from '../env.ts'
import { remindApprovals } from '../modules/approvals/index.ts'
import { sealAudit } from '../modules/audit/index.ts'
import { sweepAuth } from '../modules/auth/index.ts'
import { sweepEvents } from '../modules/events/index.ts'
import { retireRuns, writeRunManifest } from '../modules/executions/index.ts'
import { sweepRefusals } from '../modules/hooks/index.ts'
import { fireSchedules } from './fire-schedules.ts'
import { purge } from './purge.ts'
import { rewrapSecrets } from './rewrap-secrets.ts'
import { sweepOutbox } from './sweep-outbox.ts'
import { sweepRuns } from './sweep-runs.ts'
import { sweepSlots } from './sweep-slots.ts'

const TASKS: [name: string, task: (request: RequestContext) => Promise<unknown>][] = [
  ['fire schedules', fireSchedules],
  ['sweep outbox', sweepOutbox],
  ['sweep slots', sweepSlots],
  ['sweep runs', sweepRuns],
  ['seal audit log', sealAudit],
  ['sweep auth', sweepAuth],
  ['retire runs', retireRuns],
  ['run manifest', writeRunManifest],
  ['remind approvals', remindApprovals],
  ['sweep events', sweepEvents],
  ['sweep refused deliveries', sweepRefusals],
  ['rewrap secrets', rewrapSecrets],
  ['purge', purge],
]

export async function tick(
  env: Env,
  now: () => number,
  defer: (work: Promise<unknown>) => void,
): Promise<void> {
  const request = openContext(env, { now, requestId: newId('req', now()), defer })
  for (const [name, task] of TASKS) {
    try {
      await task(request)
    } catch (error) {
      request.log.error('a cron task failed', { task: name, error })
    }
  }
}
