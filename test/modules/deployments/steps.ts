// The steps of a deployment, executed one by one at times that the test chooses, like the engine executes them.
import { env } from 'cloudflare:workers'
import type { RequestContext } from '../../../src/context.ts'
import { newId } from '../../../src/core/ids.ts'
import { firstOf } from '../../../src/db/hot-read.ts'
import { prepare } from '../../../src/db/statement.ts'
import {
  type DeploymentRow,
  findDeployment,
  insertDeployment,
} from '../../../src/modules/deployments/repo/deployments.ts'
import type { PlanDeployment } from '../../../src/modules/deployments/schema.ts'
import { targetOf } from '../../../src/modules/deployments/service/start.ts'
import {
  type StepName,
  type StepResult,
  stepDeployment,
} from '../../../src/modules/deployments/steps/index.ts'
import { clock } from '../../helpers/clock.ts'
import { withContext } from '../../helpers/jobs.ts'
import type { Person } from '../../helpers/people.ts'

/** The next node, by the port of a step. */
export const NEXT: Record<StepName, [main: StepName | null, again: StepName]> = {
  prepare: ['compare', 'prepare'],
  compare: ['upload', 'compare'],
  upload: ['publish', 'upload'],
  publish: ['check', 'upload'],
  check: [null, 'check'],
}

/** A deployment without an active run. */
export async function newDeployment(as: Person, { source, ...asked }: PlanDeployment): Promise<string> {
  const teamId = as.teamId as string
  const id = newId('dep', clock.now())
  await withContext(async (request) => {
    const row = {
      ...(await targetOf(request, teamId, asked)),
      ...({ id, teamId, action: 'deploy', basedOn: null, message: '', whenBusy: 'queue' } as const),
      ...{ source: JSON.stringify(source), runId: `run_of_${id}`, createdBy: as.userId },
    }
    await prepare(request.env.DB, insertDeployment(row, clock.now())).run()
  })
  return id
}

export const step = (as: Person, id: string, name: StepName, now = clock.now()): Promise<StepResult> =>
  withContext((request: RequestContext) =>
    stepDeployment(
      { request: { ...request, now: () => now }, teamId: as.teamId as string, deploymentId: id },
      name,
    ),
  )

/**
 * From a step to the end or to another, each at the time that the previous one returned. Returns the steps with their
 * times.
 */
export async function walk(
  as: Person,
  id: string,
  { from = 'prepare', to = null }: { from?: StepName; to?: StepName | null } = {},
): Promise<{ name: StepName; at: number; result: StepResult }[]> {
  const made: { name: StepName; at: number; result: StepResult }[] = []
  let at = clock.now()
  for (let name: StepName | null = from; name !== null && name !== to; ) {
    const result: StepResult = await step(as, id, name, at)
    made.push({ name, at, result })
    at = Math.max(at, result.until ?? at)
    name = NEXT[name][result.again ? 1 : 0]
  }
  return made
}

export async function rowOf(as: Person, id: string): Promise<DeploymentRow> {
  const row = await firstOf((env as { DB: D1Database }).DB, findDeployment(as.teamId as string, id))
  if (row === null) throw new Error('The deployment does not exist')
  return row
}
