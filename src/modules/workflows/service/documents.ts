import { stringify } from 'yaml'
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { findWorkflow } from '../repo/workflows.ts'
import { type EXPORT_FORMATS, FORMAT, ImportWrapper, type WorkflowDocument } from '../schema/document.ts'
import type { StoredTrigger } from '../schema/trigger.ts'
import type { Workflow } from '../schema/workflow.ts'
import { createWorkflow } from './create.ts'
import { slugOf } from './key.ts'
import { nameIn, objectIn, parsed, readDocument } from './read-document.ts'
import { missing } from './view.ts'

export type Exported = { text: string; filename: string }

export async function exportWorkflow(
  ctx: ReadContext,
  id: string,
  format: (typeof EXPORT_FORMATS)[number],
): Promise<Exported> {
  const { rows } = await ctx.read((who) => findWorkflow(who.teamId, id))
  const row = rows[0] ?? missing()
  if (format === 'n8n')
    throw new AppError('request.invalid', {
      detail: 'Export to n8n is not available yet; json and yaml are.',
      errors: [{ path: 'format', message: 'not available yet', code: 'unavailable' }],
    })
  const document: WorkflowDocument = {
    format: FORMAT,
    key: row.key,
    name: row.name,
    description: row.description,
    tags: JSON.parse(row.tags),
    folder: row.folder,
    active: row.active === 1,
    triggers: (JSON.parse(row.storedTriggers) as StoredTrigger[]).map(inOrder),
    definition: JSON.parse(row.definition),
  }
  const filename = `${slugOf(row.name)}.${format}`
  if (format === 'json') return { text: JSON.stringify(document, null, 2), filename }
  return { text: stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }), filename }
}

/** A key that was made up when the trigger was saved stands last; in a file it stands where it would when it is read again. */
const inOrder = ({ type, key, ...rest }: StoredTrigger): StoredTrigger =>
  ({ type, ...(key === undefined ? {} : { key }), ...rest }) as StoredTrigger

/** `body` is the request as text: a document, a definition alone, or JSON whose `content` holds one of them. */
export async function importWorkflow(ctx: ServiceContext, body: string): Promise<Versioned<Workflow>> {
  const outer = objectIn(body)
  const { content, ...overrides } =
    'content' in outer ? parsed(ImportWrapper, outer) : { content: outer as Record<string, unknown> }
  const read = readDocument(typeof content === 'string' ? objectIn(content) : content)
  const { format: _format, ...rest } = { ...read, ...present(overrides) }
  return createWorkflow(
    ctx,
    {
      ...rest,
      name: rest.name ?? nameIn(rest.definition) ?? 'Imported workflow',
      active: rest.active ?? true,
      errorWorkflowId: null,
    },
    { action: 'workflow.imported', anyKey: true, mayLackSecrets: true },
  )
}

const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
