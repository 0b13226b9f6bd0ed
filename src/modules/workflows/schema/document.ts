import * as z from 'zod'
import { StoredTriggers, TriggersInput } from '../../triggers/index.ts'
import {
  Definition,
  DefinitionInput,
  Description,
  Folder,
  Note,
  Tags,
  WorkflowKey,
  WorkflowName,
} from './workflow.ts'

/** Names what a file is, and the way it is written. */
export const FORMAT = 'orrery.workflow/1'

/** What export gives, and import and `by-key` take; nothing in it belongs to one installation, and no secret is in it. */
export const WorkflowDocument = z
  .strictObject({
    format: z.literal(FORMAT),
    key: z.string(),
    name: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    folder: z.string(),
    active: z.boolean(),
    credentials: z
      .array(z.strictObject({ name: z.string(), type: z.string() }))
      .optional()
      .describe('The integrations that it names, without their secrets. Absent where it names none.'),
    triggers: StoredTriggers,
    definition: Definition,
  })
  .meta({ id: 'WorkflowDocument' })
export type WorkflowDocument = z.infer<typeof WorkflowDocument>

export const EXPORT_FORMATS = ['json', 'yaml', 'n8n'] as const
export const ExportQuery = z.strictObject({ format: z.enum(EXPORT_FORMATS).default('json') })

/** A document as it is read: from another installation, or written by hand. */
export const ReadDocument = z.strictObject({
  format: z.literal(FORMAT).optional().describe('Tells that this is a workflow file, and of which kind.'),
  key: WorkflowKey.optional(),
  name: WorkflowName.optional(),
  description: Description.default(''),
  tags: Tags.default([]),
  folder: Folder.default(''),
  credentials: z
    .array(z.strictObject({ name: z.string().max(200), type: z.string().max(100) }))
    .max(100)
    .optional()
    .describe('The integrations that it names, as export writes them. Each must be there, of the same type.'),
  triggers: TriggersInput.default([]),
  definition: DefinitionInput,
  active: z
    .boolean()
    .optional()
    .describe('Whether its triggers start runs. Default: true for a new workflow, else as it was.'),
  note: Note.default(''),
})
export type ReadDocument = z.infer<typeof ReadDocument>

/** The other way to send a document: as a text in JSON, with what shall be other than it says. */
export const ImportWrapper = z.strictObject({
  content: z.union([z.string(), z.record(z.string(), z.unknown())]),
  name: WorkflowName.optional(),
  folder: Folder.optional(),
  tags: Tags.optional(),
  active: z.boolean().optional(),
  credentials: z
    .record(z.string().max(200), z.string().min(1).max(200))
    .optional()
    .describe('By the name in the file: the id or name of the integration that stands for it here.'),
})

export type ImportWrapper = z.infer<typeof ImportWrapper>

export const ImportWorkflow = z.union([ImportWrapper, ReadDocument, DefinitionInput]).meta({
  id: 'ImportWorkflow',
  description: 'A document, a definition alone, or `content` that holds one as text.',
})

export const KeyParam = z.object({ key: WorkflowKey })

export const ApplyWorkflow = z.union([ReadDocument, DefinitionInput]).meta({
  id: 'ApplyWorkflow',
  description: 'A document, as export gives it, or a definition alone.',
})
