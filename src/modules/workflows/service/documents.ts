import { stringify } from 'yaml'
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import type { StoredTrigger } from '../../triggers/index.ts'
import { renameCredentials, renameInTriggers } from '../check/credentials.ts'
import { findWorkflow } from '../repo/workflows.ts'
import {
  type EXPORT_FORMATS,
  FORMAT,
  ImportWrapper,
  type ReadDocument,
  type WorkflowDocument,
} from '../schema/document.ts'
import type { Workflow } from '../schema/workflow.ts'
import { createWorkflow } from './create.ts'
import { requireSameTypes, withNames } from './credentials.ts'
import { slugOf } from './key.ts'
import { nameIn, objectIn, parsed, readDocument } from './read-document.ts'
import { missing } from './view.ts'

export type Exported = { text: string; filename: string }

export async function exportWorkflow(
  ctx: ReadContext,
  id: string,
  format: (typeof EXPORT_FORMATS)[number],
): Promise<Exported> {
  const { rows, actor } = await ctx.read((who) => findWorkflow(who.teamId, id))
  const row = rows[0] ?? missing()
  if (format === 'n8n')
    throw new AppError('request.invalid', {
      detail: 'Export to n8n is not available yet. Use json or yaml.',
      errors: [{ path: '/format', message: 'Is not available', code: 'unavailable' }],
    })
  const { definition, triggers, credentials } = await withNames(
    { ...ctx, actor },
    JSON.parse(row.definition),
    JSON.parse(row.storedTriggers) as StoredTrigger[],
  )
  const document: WorkflowDocument = {
    format: FORMAT,
    key: row.key,
    name: row.name,
    description: row.description,
    tags: JSON.parse(row.tags),
    folder: row.folder,
    active: row.active === 1,
    ...(credentials.length === 0 ? {} : { credentials }),
    triggers: triggers.map(inOrder),
    definition: definition as WorkflowDocument['definition'],
  }
  const filename = `${slugOf(row.name)}.${format}`
  if (format === 'json') return { text: JSON.stringify(document, null, 2), filename }
  return { text: stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }), filename }
}

/** Puts the key after the type. A generated key is stored last, but would be read back from a file in this position. */
const inOrder = ({ type, key, ...rest }: StoredTrigger): StoredTrigger =>
  ({ type, ...(key === undefined ? {} : { key }), ...rest }) as StoredTrigger

/** `body` is the request as text: a document, a definition alone, or JSON with one of them in `content`. */
export async function importWorkflow(ctx: ServiceContext, body: string): Promise<Versioned<Workflow>> {
  const outer = objectIn(body)
  const {
    content,
    credentials: map,
    ...overrides
  }: ImportWrapper = 'content' in outer ? parsed(ImportWrapper, outer) : { content: outer }
  const read = mapped(readDocument(typeof content === 'string' ? objectIn(content) : content), map ?? {})
  await requireSameTypes(ctx, read.credentials ?? [], map ?? {})
  const { format: _format, credentials: _named, ...rest } = { ...read, ...present(overrides) }
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

/** Replaces the integrations in the file with those of this team. */
function mapped(document: ReadDocument, map: Record<string, string>): ReadDocument {
  const rename = (ref: string): string => (Object.hasOwn(map, ref) ? (map[ref] ?? ref) : ref)
  return {
    ...document,
    definition: renameCredentials(document.definition, rename),
    triggers: renameInTriggers(document.triggers, rename),
  }
}

const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
