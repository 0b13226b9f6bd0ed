// A deployment that a node of a workflow starts, and waits for like for a sub-workflow.
import type { RequestContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import { commit } from '../../../db/commit.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { type DeploymentRow, findDeployment, insertDeployment } from '../repo/deployments.ts'
import { CreateDeployment } from '../schema.ts'
import { recordEnd } from './end.ts'
import { type RunStart, runIdFor, startRunOf, targetOf } from './start.ts'

export type FromNode = {
  /** Derived from the activation, so a repeated attempt finds the deployment of the lost one. */
  id: string
  teamId: string
  startedBy: string | null
  input: unknown
  start: RunStart
}

/** Returns the run. */
export async function deployFromNode(request: RequestContext, node: FromNode) {
  const row =
    (await firstOf(request.env.DB, findDeployment(node.teamId, node.id))) ?? (await create(request, node))
  try {
    return await startRunOf(request, row, node.start)
  } catch (error) {
    if (error instanceof AppError && error.retryAfterSeconds === undefined)
      await recordEnd(request, row, { status: 'failed', error: { code: error.code, message: error.message } })
    throw error
  }
}

async function create(
  request: RequestContext,
  { id, teamId, startedBy, input }: FromNode,
): Promise<DeploymentRow> {
  const read = CreateDeployment.safeParse(input)
  if (!read.success) throw new AppError('request.invalid', { errors: fieldErrors(read.error.issues) })
  const { source, message = '', whenBusy = 'queue' } = read.data
  const target = await targetOf(request, teamId, read.data)
  const row = {
    ...target,
    ...({ id, teamId, message, whenBusy, action: 'deploy', basedOn: null, createdBy: startedBy } as const),
    source: JSON.stringify(source),
    runId: await runIdFor(request, teamId, id),
  }
  await commit(
    { ...request, system: true },
    {
      guard: insertDeployment(row, request.now()),
      audit: {
        ...{ action: 'deployment.created', targetType: 'deployment', targetId: id, teamId },
        after: { name: row.project, platform: row.platform, environment: row.environment, action: 'deploy' },
      },
    },
  )
  const created = await firstOf(request.env.DB, findDeployment(teamId, id))
  if (created === null) throw new AppError('resource.not_found', { detail: 'The deployment was deleted.' })
  return created
}
