import type { ServiceContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { requireRoom } from '../../../core/plans.ts'
import type { Versioned } from '../../../core/version.ts'
import type { AuditEntry } from '../../../db/commit.ts'
import { requireScope } from '../../../http/scopes.ts'
import {
  keyed,
  missingSecrets,
  sealSecrets,
  secretsSet,
  syncTriggers,
  takeSecrets,
  toTriggerWrites,
} from '../../triggers/index.ts'
import { addUsage, LEVEL_PERIOD } from '../../usage/index.ts'
import { refuseProblems, requireValidDefinition } from '../check/index.ts'
import { countWorkflows } from '../repo/list.ts'
import { insertVersion } from '../repo/versions.ts'
import { hasWorkflow, insertWorkflowWithin } from '../repo/workflows.ts'
import type { CreateWorkflow, Workflow } from '../schema/workflow.ts'
import { commitWithKey, keyWithId, slugOf } from './key.ts'
import { requireMayStart, requireNamed } from './named.ts'
import { getWorkflow } from './view.ts'

/** How the workflow was created, for the audit log. */
export type Origin = {
  action?: string
  from?: string
  /** Whether another key may be used if this one is taken. */
  anyKey?: boolean
  /** For files, which contain no secrets: their webhooks answer 503 until the secrets are set. */
  mayLackSecrets?: boolean
}

export async function createWorkflow(
  ctx: ServiceContext,
  input: CreateWorkflow,
  origin: Origin = {},
): Promise<Versioned<Workflow>> {
  const { teamId, userId, plan } = ctx.actor
  const { triggers: rawTriggers, secrets, problems } = takeSecrets(input.triggers)
  requireValidDefinition(input.definition, rawTriggers, problems)
  await requireNamed(ctx, input.definition, rawTriggers)
  await requireErrorWorkflow(ctx, input.errorWorkflowId)
  const now = ctx.now()
  const id = newId('wf', now)
  const triggers = keyed(rawTriggers)
  if ((input.active && triggers.length > 0) || secrets.size > 0) requireMayStart(ctx.actor)
  if (input.active && !origin.mayLackSecrets)
    refuseProblems(await missingSecrets(ctx, null, triggers, secrets))
  const writes = await sealSecrets(ctx, toTriggerWrites(triggers, input.active, now), secrets)
  const definition = JSON.stringify(input.definition)
  const { name, description, folder, tags, active, errorWorkflowId, note } = input
  const key = input.key ?? slugOf(name)
  const otherKey = input.key === undefined || origin.anyKey ? keyWithId(key, id) : null
  const row = {
    id,
    teamId,
    key,
    otherKey,
    name,
    description,
    folder,
    tags,
    active,
    errorWorkflowId,
    createdBy: userId,
    now,
  }
  const done = await commitWithKey(ctx, key, {
    guard: insertWorkflowWithin(row, plan),
    statements: [
      insertVersion({
        workflowId: id,
        version: 1,
        definition,
        definitionHash: await sha256Hex(definition),
        triggers: JSON.stringify(triggers),
        note,
        createdBy: userId,
        now,
      }),
      ...syncTriggers({ workflowId: id, teamId, active, by: userId, now }, writes),
      addUsage(teamId, LEVEL_PERIOD, 'workflows', 1),
    ],
    audit: auditOf(id, name, origin, secrets),
  })
  if (done === 'guard_missed') {
    requireRoom(plan, 'workflows', await countWorkflows(ctx.env.DB, teamId), 'workflows')
    throw new AppError('resource.conflict', {
      detail: "The team's workflows were just changed. Try again.",
    })
  }
  return getWorkflow(ctx, id)
}

const auditOf = (
  id: string,
  name: string,
  origin: Origin,
  secrets: ReadonlyMap<string, unknown>,
): AuditEntry => ({
  action: origin.action ?? 'workflow.created',
  targetType: 'workflow',
  targetId: id,
  after: { name, ...(origin.from === undefined ? {} : { from: origin.from }), ...secretsSet(secrets) },
})

/** A workflow that starts itself on failure would never end. A workflow of another team counts as missing. */
export async function requireErrorWorkflow(
  ctx: ServiceContext,
  errorWorkflowId: string | null | undefined,
  own?: string,
): Promise<void> {
  if (errorWorkflowId === null || errorWorkflowId === undefined) return
  requireScope(ctx.actor, 'runs:write', 'An error workflow is started, which requires the scope runs:write.')
  const message =
    errorWorkflowId === own
      ? 'A workflow cannot be its own error workflow'
      : (await hasWorkflow(ctx.env.DB, ctx.actor.teamId, errorWorkflowId))
        ? null
        : 'The workflow does not exist in this team'
  if (message !== null)
    throw new AppError('request.invalid', {
      detail: `${message}.`,
      errors: [{ path: '/errorWorkflowId', message, code: 'unknown' }],
    })
}
