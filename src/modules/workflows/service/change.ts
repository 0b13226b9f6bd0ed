// Every change of a workflow. Invariants:
// 1. A change applies only to the revision it was made from. Without If-Match, a change that was overtaken is repeated on
//    the new revision. With If-Match, the client gets an error.
// 2. A new version is created only if the definition or the triggers differ in value. A version never changes.
// 3. One batch writes the version, the triggers, the audit entry and the new revision.
import type { ServiceContext } from '../../../context.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { canonicalJson, type Json } from '../../../core/json.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import type { Statement } from '../../../db/commit.ts'
import {
  changedSecrets,
  type GivenTriggers,
  keyed,
  missingSecrets,
  sealSecrets,
  secretsSet,
  syncTriggers,
  takeSecrets,
  toTriggerWrites,
} from '../../triggers/index.ts'
import { refuseProblems, requireValidDefinition } from '../check/index.ts'
import { insertVersion } from '../repo/versions.ts'
import { type FullWorkflowRow, updateWorkflow, type WorkflowChanges } from '../repo/workflows.ts'
import type { Workflow } from '../schema/workflow.ts'
import { commitWithKey } from './key.ts'
import { requireMayStart, requireNamed } from './named.ts'
import { getWorkflow, requireWorkflow, toVersioned } from './view.ts'

export type Change = {
  action: string
  fields?: Omit<WorkflowChanges, 'version' | 'clearDraft'>
  definition?: unknown
  triggers?: unknown
  note?: string
  /** For files, which contain no secrets: their webhooks answer 503 until the secrets are set. */
  mayLackSecrets?: boolean
  /** The draft that this change publishes. It must not have changed. */
  publishes?: number
  after?: Record<string, unknown>
}

const MAX_TRIES = 8

export async function changeWorkflow(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
  decide: (before: FullWorkflowRow) => Change | Promise<Change>,
): Promise<Versioned<Workflow>> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const before = await requireWorkflow(ctx, id)
    requireExpected(expected, before.revision)
    const outcome = await apply(ctx, before, await decide(before))
    if (outcome === 'nothing') return toVersioned(ctx, before)
    if (outcome === 'done') return getWorkflow(ctx, id)
    if (expected !== null) throw new AppError('resource.stale')
  }
  throw new AppError('resource.conflict', {
    detail: 'Other requests keep changing the workflow. Try again.',
  })
}

async function apply(
  ctx: ServiceContext,
  before: FullWorkflowRow,
  change: Change,
): Promise<'nothing' | 'done' | 'guard_missed'> {
  const { teamId, userId } = ctx.actor
  const now = ctx.now()
  const { id, revision } = before
  const given = change.triggers === undefined ? null : takeSecrets(change.triggers)
  const next = nextVersion(before, change.definition, given)
  if (next !== null) await requireNamed(ctx, change.definition, given?.triggers)
  const fields = differing(before, change.fields ?? {})
  const secrets = await changedSecrets(ctx, id, given?.secrets)
  const isSame = next === null && Object.keys(fields).length === 0 && secrets.size === 0
  if (isSame && change.publishes === undefined) return 'nothing'
  const active = fields.active ?? before.active === 1
  const triggers = next?.triggers ?? (JSON.parse(before.storedTriggers) as ReturnType<typeof keyed>)
  if (secrets.size > 0 || (active && startsMore(before, triggers, fields.active === true)))
    requireMayStart(ctx.actor)
  // A workflow that is already active stays active: its triggers must not block other changes.
  const switchedOn = fields.active === true || JSON.stringify(triggers) !== before.storedTriggers
  if (active && switchedOn && !change.mayLackSecrets)
    refuseProblems(await missingSecrets(ctx, id, triggers, secrets))
  const statements: Statement[] = []
  if (next !== null)
    statements.push(
      insertVersion({
        workflowId: id,
        version: before.version + 1,
        definition: next.definition,
        definitionHash: await sha256Hex(next.definition),
        triggers: JSON.stringify(next.triggers),
        note: change.note ?? '',
        createdBy: userId,
        now,
      }),
    )
  if (next !== null || fields.active !== undefined || secrets.size > 0) {
    const writes = await sealSecrets(ctx, toTriggerWrites(triggers, active, now), secrets, id)
    statements.push(...syncTriggers({ workflowId: id, teamId, active, by: userId, now }, writes))
  }
  const version = next === null ? {} : { version: before.version + 1 }
  return commitWithKey(ctx, fields.key, {
    guard: updateWorkflow(
      {
        id,
        teamId,
        revision,
        ...(change.publishes === undefined ? {} : { draftUpdatedAt: change.publishes }),
      },
      { ...fields, ...version, clearDraft: change.publishes !== undefined },
      now,
    ),
    statements,
    audit: {
      action: change.action,
      targetType: 'workflow',
      targetId: id,
      before: pick(before, fields),
      // Always with the version, which live followers compare.
      after: { ...fields, version: before.version, ...version, ...secretsSet(secrets), ...change.after },
    },
  })
}

/** The content of the next version, or null if neither the definition nor the triggers changed. */
function nextVersion(
  before: FullWorkflowRow,
  definition: unknown,
  given: GivenTriggers | null,
): { definition: string; triggers: ReturnType<typeof keyed> } | null {
  if (definition === undefined && given === null) return null
  const wanted = definition ?? JSON.parse(before.definition)
  const wantedTriggers = given === null ? JSON.parse(before.storedTriggers) : given.triggers
  requireValidDefinition(wanted, wantedTriggers, given?.problems)
  const next = keyed(wantedTriggers)
  const same =
    canonicalJson(wanted) === canonicalJson(JSON.parse(before.definition)) &&
    canonicalJson(next) === canonicalJson(JSON.parse(before.storedTriggers))
  return same ? null : { definition: JSON.stringify(wanted), triggers: next }
}

/** Whether a trigger is added, changed or activated. */
function startsMore(
  before: FullWorkflowRow,
  triggers: ReturnType<typeof keyed>,
  isActivated: boolean,
): boolean {
  const known = new Set((JSON.parse(before.storedTriggers) as Json[]).map(canonicalJson))
  return triggers.some((trigger) => isActivated || !known.has(canonicalJson(trigger)))
}

type Fields = NonNullable<Change['fields']>

const present = (before: FullWorkflowRow): Required<Fields> => ({
  name: before.name,
  key: before.key,
  description: before.description,
  folder: before.folder,
  tags: JSON.parse(before.tags),
  active: before.active === 1,
  errorWorkflowId: before.errorWorkflowId,
})

/** The fields in the request that differ. */
function differing(before: FullWorkflowRow, fields: Fields): Fields {
  const now = present(before)
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) =>
        value !== undefined && canonicalJson(value) !== canonicalJson(now[name as keyof Fields]),
    ),
  )
}

const pick = (before: FullWorkflowRow, fields: Fields): Record<string, unknown> => {
  const now = present(before)
  const names = Object.keys(fields) as (keyof Fields)[]
  return Object.fromEntries([...names.map((name) => [name, now[name]]), ['version', before.version]])
}
