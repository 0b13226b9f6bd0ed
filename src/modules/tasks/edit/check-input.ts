// Checks the input of a task against its schema, and checks that what it names exists in the team. All errors are reported at
// once, each with its path.
import type { Actor, RequestContext } from '../../../context.ts'
import { AppError, type FieldError } from '../../../core/errors.ts'
import { fieldErrors } from '../../../core/field-errors.ts'
import type { Json } from '../../../core/json.ts'
import { firstOf } from '../../../db/hot-read.ts'
import { requireScope, type Scope } from '../../../http/scopes.ts'
import { currentAgent, isBuiltInType, requireToolRights } from '../../agents/index.ts'
import { namesFiles } from '../../files/index.ts'
import { checkWorkflow, findRunnable, type Runnable, requireNamed } from '../../workflows/index.ts'
import { CAPABILITIES } from '../types/capabilities.ts'
import type { CustomInput } from '../types/custom.ts'
import { typeOf } from '../types/index.ts'
import type { PlanOptions } from '../types/task-type.ts'
import type { DocsInput } from '../types/writing.ts'

type Ctx = RequestContext & { actor: Actor }

const invalid = (errors: FieldError[]): AppError => new AppError('request.invalid', { errors })

const PLAIN: PlanOptions = { retry: { attempts: 1 }, timeoutMs: null }

/** The input with its defaults. */
export async function checkTaskInput(ctx: Ctx, type: string, sent: Json): Promise<Json> {
  const parsed = typeOf(type).input.safeParse(sent)
  if (!parsed.success) {
    const errors = fieldErrors(parsed.error.issues as Parameters<typeof fieldErrors>[0])
    throw invalid(errors.map((error) => ({ ...error, path: `/input${error.path ?? ''}` })))
  }
  const input = parsed.data as Json
  if (namesFile(type, input)) requireFilesRight(ctx.actor)
  if (type === 'custom') await checkCustom(ctx, input as CustomInput)
  return type === 'documentation' ? withWorkflow(ctx, input as DocsInput) : input
}

/** The current version of the workflow is described. It may be another one when the task is executed. */
async function withWorkflow(ctx: Ctx, input: DocsInput): Promise<Json> {
  if (input.workflowId === undefined) return input as Json
  requireKeyMay(ctx.actor, 'workflows:read', 'A task that describes a workflow')
  const { definition } = await requireWorkflow(ctx, input.workflowId, null)
  return { ...input, workflow: JSON.parse(definition) } as Json
}

async function requireWorkflow(ctx: Ctx, id: string, version: number | null): Promise<Runnable> {
  const found = await firstOf(ctx.env.DB, findRunnable(ctx.actor.teamId, id, version))
  if (found !== null) return found
  const message = 'The team does not have this workflow or this version of it.'
  throw invalid([{ path: '/input/workflowId', message, code: 'not_found' }])
}

async function checkCustom(ctx: Ctx, input: CustomInput): Promise<void> {
  if (input.workflowId !== undefined) {
    requireKeyMay(ctx.actor, 'runs:write', 'A task that runs a workflow')
    await requireWorkflow(ctx, input.workflowId, input.version ?? null)
  }
  if (input.agentId !== undefined) {
    requireKeyMay(ctx.actor, 'agents:run', 'A task for an agent')
    const agent = await currentAgent(ctx.env.DB, ctx.actor.teamId, input.agentId)
    if (agent !== null && isBuiltInType(input.agentId)) requireToolRights(ctx.actor, agent.tools ?? [])
    if (agent === null)
      throw invalid([{ path: '/input/agentId', message: 'The team has no such agent.', code: 'not_found' }])
  }
  const { capability, parameters = {} } = input
  if (capability !== undefined)
    await requireNamedBy(
      ctx,
      { nodes: [{ type: CAPABILITIES[capability].type, params: parameters }] },
      inParameters,
    )
  if (input.steps === undefined) return
  requireKeyMay(ctx.actor, 'workflows:write', 'A task with steps of its own')
  const plan = typeOf('custom').plan(input as unknown as Json, PLAIN)
  if (plan === null) return
  const { problems } = checkWorkflow(plan.definition)
  if (problems.length > 0)
    throw invalid(problems.map(({ path, code, message }) => ({ path: inInput(path), code, message })))
  await requireNamedBy(ctx, plan.definition, inInput)
}

/** What the nodes name must exist, and an API key must be allowed to use it. `pathOf` is the path in the request. */
async function requireNamedBy(
  ctx: Ctx,
  definition: unknown,
  pathOf: (path: string) => `/${string}`,
): Promise<void> {
  try {
    await requireNamed(ctx, definition, [])
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'workflow.invalid') throw error
    throw invalid((error.errors ?? []).map((one) => ({ ...one, path: pathOf(one.path ?? '') })))
  }
}

const inParameters = (path: string): `/${string}` =>
  `/input${path.replace(/^\/definition\/nodes\/0\/params/, '/parameters')}`

/** The result of the task may reveal the content. */
const namesFile = (type: string, input: Json): boolean => type === 'dataAnalysis' || namesFiles(input)

export const requireFilesRight = (actor: Actor): void =>
  requireKeyMay(actor, 'files:read', 'A task that names files')

/** The path in the request for a problem of the plan. */
const inInput = (path: string): `/${string}` =>
  `/input${path
    .replace(/^\/definition\/nodes/, '/steps')
    .replace(/^\/definition\/edges/, '/steps')
    .replace(/^\/definition/, '')}`

/** People who may write tasks may do all of this. An API key may not. */
export function requireKeyMay(actor: Actor, scope: Scope, what: string): void {
  requireScope(actor, scope, `${what} needs the right ${scope} as well.`)
}
