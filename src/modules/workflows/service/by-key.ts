// Workflows addressed by the key in their files. Invariants:
// 1. A field that a file omits gets its default, so the same file always gives the same workflow. The exception is
//    `active`: a file that omits it leaves it unchanged.
// 2. Two requests for the same new key create one workflow: D1 accepts one insert, and the other request updates that workflow.
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Expected, Versioned } from '../../../core/version.ts'
import { findIdByKey, findWorkflowByKey } from '../repo/workflows.ts'
import type { ReadDocument } from '../schema/document.ts'
import type { Workflow } from '../schema/workflow.ts'
import { changeWorkflow } from './change.ts'
import { createWorkflow } from './create.ts'
import { requireSameTypes } from './credentials.ts'
import { nameIn, objectIn, readDocument } from './read-document.ts'
import { missing, toVersioned } from './view.ts'

export async function getWorkflowByKey(ctx: ReadContext, key: string): Promise<Versioned<Workflow>> {
  const { rows, actor } = await ctx.read((who) => findWorkflowByKey(who.teamId, key))
  return toVersioned({ ...ctx, actor }, rows[0] ?? missing())
}

export type Applied = { workflow: Versioned<Workflow>; created: boolean }

/** The sender's condition: `expected` names versions, and `mustExist` requires that the workflow exists. */
export type Condition = { expected: Expected; mustExist: boolean }

const MAX_TRIES = 4

/** `body` is the request as text: a document or a definition alone, JSON or YAML. */
export async function applyWorkflow(
  ctx: ServiceContext,
  key: string,
  body: string,
  { expected, mustExist }: Condition,
): Promise<Applied> {
  const { credentials = [], ...document } = readDocument(objectIn(body))
  await requireSameTypes(ctx, credentials, {})
  if (document.key !== undefined && document.key !== key) throw otherKey(document.key, key)
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const id = await findIdByKey(ctx.env.DB, ctx.actor.teamId, key)
    try {
      if (id !== null) return { workflow: await change(ctx, id, key, document, expected), created: false }
      if (mustExist) throw new AppError('resource.stale', { detail: `There is no workflow ${key}.` })
      return { workflow: await create(ctx, key, document), created: true }
    } catch (error) {
      if (!(await wasOvertaken(ctx, key, id, error))) throw error
    }
  }
  throw new AppError('resource.conflict', {
    detail: 'Other requests keep creating and deleting the workflow. Try again.',
  })
}

/** Whether another request has created or deleted the workflow since this one looked for it. */
async function wasOvertaken(
  ctx: ServiceContext,
  key: string,
  seen: string | null,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof AppError) || error.code === 'resource.stale') return false
  return (await findIdByKey(ctx.env.DB, ctx.actor.teamId, key)) !== seen
}

const create = (ctx: ServiceContext, key: string, document: ReadDocument): Promise<Versioned<Workflow>> => {
  const { format: _format, active = true, ...rest } = document
  return createWorkflow(
    ctx,
    { ...rest, key, name: rest.name ?? nameIn(rest.definition) ?? key, active, errorWorkflowId: null },
    { action: 'workflow.imported', mayLackSecrets: true },
  )
}

const change = (
  ctx: ServiceContext,
  id: string,
  key: string,
  document: ReadDocument,
  expected: Expected,
): Promise<Versioned<Workflow>> => {
  const { description, tags, folder, active, definition, triggers, note } = document
  const name = document.name ?? nameIn(definition) ?? key
  return changeWorkflow(ctx, id, expected, () => ({
    action: 'workflow.updated',
    fields: { name, description, tags, folder, ...(active === undefined ? {} : { active }) },
    definition,
    triggers,
    note,
    mayLackSecrets: true,
    after: { key },
  }))
}

function otherKey(inFile: string, inPath: string): AppError {
  const message = `The file has the key ${inFile}, but the URL has ${inPath}`
  return new AppError('request.invalid', {
    detail: `${message}.`,
    errors: [{ path: '/key', message, code: 'mismatch' }],
  })
}
