import * as z from 'zod'
import { StoredTriggers, TriggersInput } from './trigger.ts'
import { Definition, DefinitionInput, Description, Folder, Note, Tags, WorkflowName } from './workflow.ts'

/** Names what a file is, and the way it is written. */
export const FORMAT = 'orrery.workflow/1'

/** What export gives and import takes; nothing in it belongs to one installation. */
export const WorkflowDocument = z
  .strictObject({
    format: z.literal(FORMAT),
    name: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    folder: z.string(),
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
  name: WorkflowName.optional(),
  description: Description.default(''),
  tags: Tags.default([]),
  folder: Folder.default(''),
  triggers: TriggersInput.default([]),
  definition: DefinitionInput,
  active: z.boolean().default(true),
  note: Note.default(''),
})

/** The other way to send a document: as a text in JSON, with what shall be other than it says. */
export const ImportWrapper = z.strictObject({
  content: z.union([z.string(), z.record(z.string(), z.unknown())]),
  name: WorkflowName.optional(),
  folder: Folder.optional(),
  tags: Tags.optional(),
  active: z.boolean().optional(),
})

export const ImportWorkflow = z.union([ImportWrapper, ReadDocument, DefinitionInput]).meta({
  id: 'ImportWorkflow',
  description: 'A document, a definition alone, or `content` that holds one as text.',
})
