// Deployments: the steps of a deployment run, and deployments that a node of a workflow starts.
import type { RequestContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import { derivedId } from '../../../src/core/ids.ts'
import { isStorageFailure } from '../../../src/core/storage-failure.ts'
import { deployFromNode, stepDeployment } from '../../../src/modules/deployments/index.ts'
import { countUses } from '../../../src/modules/integrations/index.ts'
import { NodeFailure, PlatformUnavailable } from '../../../src/nodes/node.ts'
import type { DeployPort } from '../../../src/nodes/ports.ts'
import { workflowRun } from '../../../src/objects/workflow-run.ts'
import type { RunStore } from '../rows/store.ts'
import { isEnded } from '../turn/effects.ts'
import type { Run } from '../turn/scope.ts'
import { ask, failureOf } from './binding.ts'
import { answered, childOf, childSpec, ownFamily } from './child-run.ts'
import { inTurn } from './in-turn.ts'

type Scope = { context: RequestContext; run: Run; store: RunStore }

export const deployPort = ({ context, run, store }: Scope): DeployPort => ({
  step: async (name, signal) => {
    const { kind, subjectId, teamId, runId, workflowId } = run.spec
    if (kind !== 'deployment' || subjectId === undefined)
      throw new NodeFailure({ code: 'deployment.unsupported', message: 'Not a deployment', retryable: false })
    const count = countUses(context.env.DB, { teamId, runId, workflowId }, context.now)
    try {
      return await stepDeployment({ request: context, teamId, deploymentId: subjectId, signal, count }, name)
    } catch (error) {
      if (isStorageFailure(error)) throw new PlatformUnavailable('The database', error)
      throw error instanceof AppError ? failureOf(error) : error
    }
  },

  start: ({ input, path, failures, idempotencyKey, signal }) =>
    inTurn(run.spec.teamId, signal, context.now, () =>
      answered(async () => {
        const { teamId, startedBy } = run.spec
        const { trigger, startedBy: _startedBy, ...more } = childSpec(run.spec, path, true)
        const id = await derivedId('dep', `${teamId} ${idempotencyKey} ${failures}`)
        const start = { trigger, more, family: ownFamily(run, store) }
        const execution = await ask('The run', () =>
          deployFromNode(context, { id, teamId, startedBy, input, start }),
        )
        if (isEnded(signal)) await workflowRun(context.env.RUNS, execution.id).control('cancel', 'parent')
        return childOf(execution.id, execution)
      }),
    ),
})
