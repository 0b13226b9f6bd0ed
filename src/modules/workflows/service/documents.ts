import { stringify } from 'yaml'
import type * as z from 'zod'
import type { ReadContext, ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import type { Versioned } from '../../../core/version.ts'
import { workflowInvalid } from '../check/index.ts'
import { jsonTypeOf } from '../check/json-type.ts'
import { looksLikeN8n } from '../check/n8n.ts'
import { readText, withoutSchemaLink } from '../check/read-text.ts'
import { findWorkflow } from '../repo/workflows.ts'
import {
  type EXPORT_FORMATS,
  FORMAT,
  ImportWrapper,
  ReadDocument,
  type WorkflowDocument,
} from '../schema/document.ts'
import type { Workflow } from '../schema/workflow.ts'
import { createWorkflow } from './create.ts'
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
    name: row.name,
    description: row.description,
    tags: JSON.parse(row.tags),
    folder: row.folder,
    triggers: JSON.parse(row.storedTriggers),
    definition: JSON.parse(row.definition),
  }
  const filename = `${slugOf(row.name)}.${format}`
  if (format === 'json') return { text: JSON.stringify(document, null, 2), filename }
  return { text: stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }), filename }
}

/** ASCII only, so that it can stand in a header as it is. */
const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60) || 'workflow'

/** `body` is the request as text: a document, a definition alone, or JSON whose `content` holds one of them. */
export async function importWorkflow(ctx: ServiceContext, body: string): Promise<Versioned<Workflow>> {
  const outer = objectIn(body)
  const { content, ...overrides } =
    'content' in outer ? parsed(ImportWrapper, outer) : { content: outer as Record<string, unknown> }
  const document = typeof content === 'string' ? objectIn(content) : content
  if (looksLikeN8n(document))
    throw workflowInvalid(
      [
        {
          path: '',
          code: 'import.n8n_unavailable',
          message: 'This is an n8n workflow; those cannot be imported yet',
        },
      ],
      'This looks like an n8n workflow, and importing those is not available yet.',
    )
  const read = parsed(ReadDocument, 'definition' in document ? document : { definition: document })
  const { format: _format, ...rest } = { ...read, ...present(overrides) }
  const named = (rest.definition as { name?: unknown }).name
  const name =
    rest.name ?? (typeof named === 'string' && named.trim() !== '' ? named.trim() : 'Imported workflow')
  return createWorkflow(
    ctx,
    { ...rest, name: name.slice(0, 200), errorWorkflowId: null },
    { action: 'workflow.imported' },
  )
}

const present = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>

function objectIn(text: string): Record<string, unknown> {
  const read = readText(text)
  if (!read.ok) throw workflowInvalid(read.error)
  if (jsonTypeOf(read.value) === 'object') return withoutSchemaLink(read.value as Record<string, unknown>)
  throw workflowInvalid([
    {
      path: '',
      code: 'definition.invalid',
      message: `A workflow is an object, not ${jsonTypeOf(read.value)}`,
    },
  ])
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues
    .slice(0, 50)
    .map(({ path, message, code }) => ({ path: path.map(String).join('.'), message, code }))
  throw new AppError('request.invalid', { errors })
}
