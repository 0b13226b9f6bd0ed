import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { TriggersInput } from '../triggers/index.ts'
import { DefinitionInput, Description, Folder, Tags, WorkflowName } from '../workflows/index.ts'

/** `built-in` comes with the product, `team` belongs to your team, `public` to another team. */
export const TEMPLATE_SOURCES = ['built-in', 'team', 'public'] as const

const Category = z
  .string()
  .trim()
  .max(50)
  .regex(/^\P{Cc}*$/u, 'must be one line')

const JsonSchema = z.record(z.string(), z.unknown())

export const CreateTemplate = z
  .strictObject({
    name: WorkflowName,
    description: Description.default(''),
    category: Category.default(''),
    isPublic: z
      .boolean()
      .default(false)
      .describe(
        'Whether other teams can see and use it. Only administrators of the installation can publish a template.',
      ),
    definition: DefinitionInput.describe('Strings can contain `{{= name }}`.'),
    triggers: TriggersInput.default([]),
    variables: JsonSchema.default({}).describe(
      'The JSON Schema of the object with the values of the placeholders.',
    ),
  })
  .meta({ id: 'CreateTemplate' })
export type CreateTemplate = z.infer<typeof CreateTemplate>

const summary = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  isPublic: z.boolean(),
  source: z.enum(TEMPLATE_SOURCES),
  variables: JsonSchema,
  createdAt: z.iso.datetime(),
}

export const TemplateSummary = z.strictObject(summary).meta({ id: 'WorkflowTemplateSummary' })
export type TemplateSummary = z.infer<typeof TemplateSummary>

export const Template = z
  .strictObject({
    ...summary,
    definition: z.record(z.string(), z.unknown()),
    triggers: z.array(z.record(z.string(), z.unknown())),
  })
  .meta({ id: 'WorkflowTemplate' })
export type Template = z.infer<typeof Template>

export const TemplatePage = pageOf(TemplateSummary).meta({ id: 'WorkflowTemplatePage' })

export const ListTemplates = listQuery(['-createdAt', 'createdAt'], {
  source: z.enum(TEMPLATE_SOURCES).optional(),
  category: z.string().max(50).optional(),
  q: z.string().trim().min(1).max(200).optional().describe('Searches the name and the description.'),
})
export type ListTemplates = z.infer<typeof ListTemplates>

export const UseTemplate = z
  .strictObject({
    variables: z.record(z.string(), z.unknown()).default({}),
    name: WorkflowName.optional(),
    description: Description.optional(),
    folder: Folder.default(''),
    tags: Tags.default([]),
    active: z.boolean().default(true),
  })
  .meta({ id: 'UseTemplate' })
export type UseTemplate = z.infer<typeof UseTemplate>
