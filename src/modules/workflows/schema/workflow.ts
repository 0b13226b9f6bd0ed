import * as z from 'zod'
import { idPattern } from '../../../core/ids.ts'
import { Definition as EngineDefinition } from '../../../engine/model/definition.ts'
import { RUN_STATUSES } from '../../../engine/model/state.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { Trigger, TriggersInput } from '../../triggers/index.ts'

/** Names appear in mails and file names, so they are one line. */
export const WorkflowName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be one line')
  .describe('The name, a single line.')

/** Files and other workflows refer to a workflow by its key. It is used in URLs unescaped. */
export const WorkflowKey = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,99}$/,
    'must have at most 100 lower-case letters, digits, ".", "_" or "-", and start with a letter or digit',
  )
  .describe('The identifier that files and other workflows use. It stays the same when the name changes.')

export const Description = z.string().trim().max(10_000).describe('The purpose of the workflow.')

const Tag = z
  .string()
  .trim()
  .min(1)
  .max(50)
  .regex(/^\P{Cc}*$/u, 'must be one line')
export const Tags = z
  .array(Tag)
  .max(20)
  .transform((tags) => [...new Set(tags)])
  .describe('Tags to filter by.')

/** Such as `sales/europe`; empty for the top level. */
export const Folder = z
  .string()
  .trim()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be one line')
  .transform((folder) => folder.replace(/\/{2,}/g, '/').replace(/^\/|\/$/g, ''))
  .describe('The folder, such as `sales/europe`. Empty for the top level.')

export const Definition = EngineDefinition.meta({ id: 'WorkflowDefinition' })

/** Accepts anything, because the compiler reports all problems at once. */
export const DefinitionInput = z.record(z.string(), z.unknown()).meta({
  id: 'WorkflowDefinitionInput',
  description: 'A WorkflowDefinition. The response reports all its problems at once.',
})

export const Note = z
  .string()
  .trim()
  .max(500)
  .describe('A description of the change. Shown in the list of versions.')

const ErrorWorkflowId = z.string().regex(new RegExp(`^${idPattern('wf')}$`), 'must be the id of a workflow')

export const CreateWorkflow = z
  .strictObject({
    name: WorkflowName,
    key: WorkflowKey.optional().describe(
      'The identifier that files and `flow.workflow` use, unique within the team. Default: derived from the name.',
    ),
    description: Description.default(''),
    definition: DefinitionInput,
    triggers: TriggersInput.default([]),
    tags: Tags.default([]),
    folder: Folder.default(''),
    errorWorkflowId: ErrorWorkflowId.nullable().default(null),
    active: z.boolean().default(true).describe('Whether its triggers start runs.'),
    note: Note.default('').describe('A note for this version.'),
  })
  .meta({ id: 'CreateWorkflow' })
export type CreateWorkflow = z.infer<typeof CreateWorkflow>

export const UpdateWorkflow = z
  .strictObject({
    name: WorkflowName.optional(),
    key: WorkflowKey.optional(),
    description: Description.optional(),
    definition: DefinitionInput.optional(),
    triggers: TriggersInput.optional(),
    tags: Tags.optional(),
    folder: Folder.optional(),
    errorWorkflowId: ErrorWorkflowId.nullable().optional(),
    active: z.boolean().optional(),
    note: Note.optional().describe('A note for the new version. Ignored if the change creates no version.'),
  })
  .meta({ id: 'UpdateWorkflow' })
export type UpdateWorkflow = z.infer<typeof UpdateWorkflow>

const summary = {
  id: z.string(),
  key: z
    .string()
    .describe('The identifier that files and `flow.workflow` use. It stays the same when the name changes.'),
  name: z.string(),
  description: z.string(),
  /** The current version. Runs use it unless they name another one. */
  version: z.int(),
  active: z.boolean(),
  tags: z.array(z.string()),
  folder: z.string(),
  triggers: z.array(Trigger),
  errorWorkflowId: z.string().nullable(),
  hasDraft: z.boolean(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}

/** A workflow in a list, without its definition. */
export const WorkflowSummary = z
  .strictObject({
    ...summary,
    recent: z
      .array(
        z.strictObject({
          id: z.string(),
          status: z.enum(RUN_STATUSES),
          durationMs: z.number().nullable(),
          createdAt: z.iso.datetime(),
        }),
      )
      .optional()
      .describe('With `include=recent`: its latest 32 runs, newest first.'),
  })
  .meta({ id: 'WorkflowSummary' })
export type WorkflowSummary = z.infer<typeof WorkflowSummary>

export const Workflow = z.strictObject({ ...summary, definition: Definition }).meta({ id: 'Workflow' })
export type Workflow = z.infer<typeof Workflow>

export const WorkflowPage = pageOf(WorkflowSummary).meta({ id: 'WorkflowPage' })

export const ListWorkflows = listQuery(
  ['-createdAt', 'createdAt', '-updatedAt', 'updatedAt', 'name', '-name'],
  {
    active: z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
    tag: z.string().max(50).optional().describe('Matches regardless of case.'),
    folder: z.string().max(200).optional().describe('Includes subfolders.'),
    include: z.enum(['recent']).optional().describe('`recent` adds the latest runs of each workflow.'),
    q: z.string().trim().min(1).max(200).optional().describe('Searches the name and the description.'),
  },
)
export type ListWorkflows = z.infer<typeof ListWorkflows>

export const DeleteWorkflowQuery = z.object({
  force: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Delete the workflow even if other workflows use it.'),
})

export const CloneWorkflow = z
  .strictObject({
    name: WorkflowName.optional(),
    folder: Folder.optional(),
    tags: Tags.optional(),
    active: z.boolean().default(false).describe('Default: false, so that schedules do not fire twice.'),
  })
  .meta({ id: 'CloneWorkflow' })
export type CloneWorkflow = z.infer<typeof CloneWorkflow>
