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

/** Identifies the kind of file and its format version. */
export const FORMAT = 'orrery.workflow/1'

/** What export returns, and what import and `by-key` accept. It contains no secrets and nothing specific to an installation. */
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
      .describe(
        'The integrations that the workflow uses, without their secrets. Absent if it uses no integration.',
      ),
    triggers: StoredTriggers,
    definition: Definition,
  })
  .meta({ id: 'WorkflowDocument' })
export type WorkflowDocument = z.infer<typeof WorkflowDocument>

export const EXPORT_FORMATS = ['json', 'yaml', 'n8n'] as const
export const ExportQuery = z.strictObject({ format: z.enum(EXPORT_FORMATS).default('json') })

/** A document as input: exported from another installation, or written by hand. */
export const ReadDocument = z.strictObject({
  format: z.literal(FORMAT).optional().describe('Identifies a workflow file and its format version.'),
  key: WorkflowKey.optional(),
  name: WorkflowName.optional(),
  description: Description.default(''),
  tags: Tags.default([]),
  folder: Folder.default(''),
  credentials: z
    .array(z.strictObject({ name: z.string().max(200), type: z.string().max(100) }))
    .max(100)
    .optional()
    .describe(
      'The integrations that the workflow uses, as in an export. The team must have each of them, with the same type.',
    ),
  triggers: TriggersInput.default([]),
  definition: DefinitionInput,
  active: z
    .boolean()
    .optional()
    .describe('Whether its triggers start runs. Default: true for a new workflow; otherwise unchanged.'),
  note: Note.default(''),
})
export type ReadDocument = z.infer<typeof ReadDocument>

/** The other way to send a document: as text inside JSON, with fields that override those in the document. */
export const ImportWrapper = z.strictObject({
  content: z.union([z.string(), z.record(z.string(), z.unknown())]),
  name: WorkflowName.optional(),
  folder: Folder.optional(),
  tags: Tags.optional(),
  active: z.boolean().optional(),
  credentials: z
    .record(z.string().max(200), z.string().min(1).max(200))
    .optional()
    .describe('Maps each integration name in the file to the id or name of an integration of the team.'),
})

export type ImportWrapper = z.infer<typeof ImportWrapper>

export const ImportWorkflow = z.union([ImportWrapper, ReadDocument, DefinitionInput]).meta({
  id: 'ImportWorkflow',
  description: 'A document, a definition alone, or `content` with one of them as text.',
})

export const KeyParam = z.object({ key: WorkflowKey })

export const ApplyWorkflow = z.union([ReadDocument, DefinitionInput]).meta({
  id: 'ApplyWorkflow',
  description: 'A document as export returns it, or a definition alone.',
})
