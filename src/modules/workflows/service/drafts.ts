import type { Actor, RequestContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { sha256Hex } from '../../../core/crypto.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { type Expected, requireExpected, type Versioned } from '../../../core/version.ts'
import { commitOrStale } from '../../../db/commit.ts'
import { LIMITS } from '../../../engine/model/definition.ts'
import { secretsNotKept } from '../../triggers/index.ts'
import {
  bytesOf,
  checkWorkflow,
  refuseProblems,
  requireValidDefinition,
  toFieldError,
  workflowInvalid,
} from '../check/index.ts'
import type { Runnable } from '../repo/runnable.ts'
import { type DraftRow, discardDraft, findDraft, saveDraft as saveDraftRow } from '../repo/versions.ts'
import type { Draft, SaveDraft } from '../schema/version.ts'
import type { Workflow } from '../schema/workflow.ts'
import { changeWorkflow } from './change.ts'
import { requireEditor } from './editors.ts'
import { requireMayUse } from './named.ts'
import { missing } from './view.ts'

type Stored = Pick<Draft, 'definition' | 'triggers' | 'baseVersion' | 'note'>

/** Fits into a row of D1 (2 MB) with the other columns. */
const MAX_DRAFT_BYTES = LIMITS.definitionBytes + LIMITS.definitionBytes / 2

/** If there is no draft, `If-Match` must fail. */
const seenDraft = (expected: Expected, { draftUpdatedAt }: DraftRow): number | null =>
  requireExpected(expected, draftUpdatedAt ?? -1)

/** The revision of a draft is the time it was saved. */
export async function getDraft(ctx: ServiceContext, id: string): Promise<Versioned<Draft>> {
  const row = (await findDraft(ctx.env.DB, ctx.actor.teamId, id)) ?? missing()
  return toDraft(id, row, storedOf(row))
}

export async function saveDraft(
  ctx: ServiceContext,
  id: string,
  input: SaveDraft,
  expected: Expected,
): Promise<Versioned<Draft>> {
  const row = (await findDraft(ctx.env.DB, ctx.actor.teamId, id)) ?? missing()
  const { definition, note, baseVersion = row.version } = input
  refuseProblems(secretsNotKept(input.triggers, 'A draft'))
  requireMayUse(ctx.actor, definition, input.triggers)
  if (baseVersion > row.version)
    throw new AppError('request.invalid', {
      errors: [{ path: '/baseVersion', message: `The current version is ${row.version}`, code: 'too_big' }],
    })
  const stored: Stored = {
    definition,
    triggers: input.triggers ?? JSON.parse(row.storedTriggers),
    baseVersion,
    note,
  }
  if (bytesOf(stored) > MAX_DRAFT_BYTES)
    throw workflowInvalid([
      {
        path: '',
        code: 'definition.too_large',
        message: `The draft is larger than ${MAX_DRAFT_BYTES} bytes`,
      },
    ])
  await commitOrStale(ctx, {
    guard: saveDraftRow(ctx.actor.teamId, id, JSON.stringify(stored), seenDraft(expected, row), ctx.now()),
    audit: { action: 'workflow.draft_saved', targetType: 'workflow', targetId: id, after: { baseVersion } },
  })
  return getDraft(ctx, id)
}

export async function deleteDraft(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  const row = (await findDraft(ctx.env.DB, ctx.actor.teamId, id)) ?? missing()
  storedOf(row)
  await commitOrStale(ctx, {
    guard: discardDraft(ctx.actor.teamId, id, seenDraft(expected, row)),
    audit: { action: 'workflow.draft_deleted', targetType: 'workflow', targetId: id },
  })
}

/** Makes the draft the current version. `expected` is the draft that the client has seen. */
export function publishDraft(
  ctx: ServiceContext,
  id: string,
  expected: Expected,
): Promise<Versioned<Workflow>> {
  return changeWorkflow(ctx, id, null, async (before) => {
    const row = (await findDraft(ctx.env.DB, ctx.actor.teamId, id)) ?? missing()
    const stored = storedOf(row)
    seenDraft(expected, row)
    if (stored.baseVersion !== before.version)
      throw new AppError('resource.conflict', {
        detail: `The draft is based on version ${stored.baseVersion}, but ${before.version} is current. Save the draft again to base it on that version.`,
      })
    return {
      action: 'workflow.published',
      definition: stored.definition,
      triggers: stored.triggers,
      note: stored.note,
      publishes: row.draftUpdatedAt ?? 0,
    }
  })
}

/** Replaces the loaded version with the draft. Throws 422 with all problems if the draft cannot run. */
export async function draftRunnable(
  ctx: RequestContext,
  actor: Actor,
  runnable: Runnable,
): Promise<Runnable> {
  requireEditor(actor, 'A run of a draft')
  const stored = storedOf((await findDraft(ctx.env.DB, actor.teamId, runnable.id)) ?? missing())
  requireValidDefinition(stored.definition, stored.triggers)
  const definition = JSON.stringify(stored.definition)
  const definitionHash = await sha256Hex(definition)
  return { ...runnable, definition, definitionHash, version: 0, errorWorkflowId: null }
}

function storedOf(row: DraftRow): Stored {
  if (row.draft === null) throw notFound('The draft')
  return JSON.parse(row.draft) as Stored
}

function toDraft(id: string, row: DraftRow, stored: Stored): Versioned<Draft> {
  const { problems } = checkWorkflow(stored.definition, stored.triggers)
  const updatedAt = row.draftUpdatedAt ?? 0
  return {
    view: {
      workflowId: id,
      ...stored,
      valid: problems.length === 0,
      problems: problems.map(toFieldError),
      updatedAt: toIso(updatedAt),
    },
    revision: updatedAt,
  }
}
