// Chooses what a follow-up run uses: a definition, and the team's current variables.
import type { RequestContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { firstOf } from '../../../db/hot-read.ts'
import type { RunSpec } from '../../../objects/run-spec.ts'
import type { RunView } from '../../../objects/workflow-run.ts'
import { findRunnable, type Runnable, requireEntry, requireMocks } from '../../workflows/index.ts'
import type { FollowedVersion } from './schema.ts'

export type Present = Partial<
  Pick<
    RunSpec,
    'definition' | 'definitionHash' | 'workflowVersion' | 'workflowName' | 'errorWorkflowId' | 'vars'
  >
> & { goesOnWith: 'original' | 'current' }

/**
 * By default this is the current version. The exceptions are a run of a draft, which uses its own definition, and a run of a
 * deleted workflow.
 */
export async function presentFor(
  ctx: RequestContext,
  { workflowId, workflowVersion, teamId }: RunView,
  asked: FollowedVersion | undefined,
): Promise<Present> {
  const isDefault = asked === undefined
  const version = asked ?? (workflowVersion === 0 ? 'original' : 'current')
  const number = typeof version === 'number' ? version : null
  const runnable =
    workflowId === null ? null : await firstOf(ctx.env.DB, findRunnable(teamId, workflowId, number))
  if (runnable === null) {
    if (!isDefault && version !== 'original') throw notFound('This version of the workflow')
    return { goesOnWith: 'original' }
  }
  const vars = varsOf(runnable)
  if (version === 'original') return { vars, goesOnWith: 'original' }
  if (runnable.version === workflowVersion) return { vars, goesOnWith: 'current' }
  return { ...definitionOf(runnable), vars, goesOnWith: 'current' }
}

/** The parts of the original run that must exist in the other definition. */
export function requireFits(
  { definition }: Present,
  { entry, mocks }: Pick<RunSpec, 'entry' | 'mocks'>,
): void {
  if (definition === undefined) return
  const parsed = JSON.parse(definition)
  if (entry !== undefined) requireEntry(parsed, entry)
  if (mocks !== undefined) requireMocks(parsed, mocks)
}

export const varsOf = ({ vars }: Pick<Runnable, 'vars'>): RunSpec['vars'] =>
  vars === null ? {} : (JSON.parse(vars) as RunSpec['vars'])

export const definitionOf = ({ definition, definitionHash, version, name, errorWorkflowId }: Runnable) => ({
  definition,
  definitionHash,
  workflowVersion: version,
  workflowName: name,
  ...(errorWorkflowId === null ? {} : { errorWorkflowId }),
})
