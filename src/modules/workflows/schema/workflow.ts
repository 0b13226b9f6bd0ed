import * as z from 'zod'
import { idPattern } from '../../../core/ids.ts'
import { Definition as EngineDefinition } from '../../../engine/model/definition.ts'
import { RUN_STATUSES } from '../../../engine/model/state.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { Trigger, TriggersInput } from '../../triggers/index.ts'

/** Names stand in mails and file names, so they are one line. */
export const WorkflowName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be one line')
  .describe('The name, in one line.')

/** What files and other workflows call a workflow. It is part of a URL as it stands. */
export const WorkflowKey = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,99}$/,
    'small letters, digits, ".", "_" and "-", at most 100, a letter or digit first',
  )
  .describe('What files and other workflows call it. It stays the same when the name changes.')

export const Description = z.string().trim().max(10_000).describe('What it is for.')

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
  .describe('Words to find it by.')

/** `sales/europe`; empty for none. */
export const Folder = z
  .string()
  .trim()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be one line')
  .transform((folder) => folder.replace(/\/{2,}/g, '/').replace(/^\/|\/$/g, ''))
  .describe('Where it is listed, such as `sales/europe`. Empty for none.')

export const Definition = EngineDefinition.meta({ id: 'WorkflowDefinition' })

/** Anything here: the compiler looks at it and tells all problems at once. */
export const DefinitionInput = z.record(z.string(), z.unknown()).meta({
  id: 'WorkflowDefinitionInput',
  description: 'A WorkflowDefinition; all that is wrong with it is told at once.',
})

export const Note = z.string().trim().max(500).describe('What has changed, for the list of versions.')

const ErrorWorkflowId = z.string().regex(new RegExp(`^${idPattern('wf')}$`), 'must be the id of a workflow')

export const CreateWorkflow = z
  .strictObject({
    name: WorkflowName,
    key: WorkflowKey.optional().describe(
      'What files and `flow.workflow` call it, once in a team; by default made of the name.',
    ),
    description: Description.default(''),
    definition: DefinitionInput,
    triggers: TriggersInput.default([]),
    tags: Tags.default([]),
    folder: Folder.default(''),
    errorWorkflowId: ErrorWorkflowId.nullable().default(null),
    active: z.boolean().default(true).describe('Whether its triggers start runs.'),
    note: Note.default('').describe('What this version is about.'),
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
    note: Note.optional().describe('What the new version is about, when there is one.'),
  })
  .meta({ id: 'UpdateWorkflow' })
export type UpdateWorkflow = z.infer<typeof UpdateWorkflow>

const summary = {
  id: z.string(),
  key: z.string().describe('What files and `flow.workflow` call it. It stays when the name changes.'),
  name: z.string(),
  description: z.string(),
  /** The current one: runs start with it unless they name another. */
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

/** As lists show it: without the definition. */
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
      .describe('With `include=recent`: its last 32 runs, newest first.'),
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
    tag: z.string().max(50).optional().describe('In any case.'),
    folder: z.string().max(200).optional().describe('With the folders in it.'),
    include: z.enum(['recent']).optional().describe('`recent` adds the last runs of each.'),
    q: z.string().trim().min(1).max(200).optional().describe('Found in the name or the description.'),
  },
)
export type ListWorkflows = z.infer<typeof ListWorkflows>

export const DeleteWorkflowQuery = z.object({
  force: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Delete it although other workflows use it.'),
})

export const CloneWorkflow = z
  .strictObject({
    name: WorkflowName.optional(),
    folder: Folder.optional(),
    tags: Tags.optional(),
    active: z.boolean().default(false).describe('Off, so that its schedules do not fire twice.'),
  })
  .meta({ id: 'CloneWorkflow' })
export type CloneWorkflow = z.infer<typeof CloneWorkflow>
