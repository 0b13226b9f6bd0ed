import * as z from 'zod'
import { listQuery, pageOf } from '../../../http/pagination.ts'
import { LongText, PlainText } from '../../../http/text.ts'

export const TEMPLATE_SOURCES = ['built-in', 'team', 'public'] as const

const Variables = z.record(z.string(), z.unknown())
const Tree = z
  .record(z.string(), z.unknown())
  .describe(
    'A task as for `POST /tasks`, with `subtasks` of the same form and `ref` for `dependsOn: [{ ref }]`. `{{= name }}` inserts a variable.',
  )

export const CreateTaskTemplate = z
  .strictObject({
    name: PlainText(200),
    description: LongText(10_000).default(''),
    visibility: z
      .enum(['team', 'public'])
      .default('team')
      .describe(
        '`public` templates are seen and used by all teams. Only administrators of the installation can publish them.',
      ),
    variables: Variables.default({}).describe('JSON Schema of the object that fills the placeholders.'),
    task: Tree,
  })
  .meta({
    id: 'CreateTaskTemplate',
    examples: [
      {
        name: 'Welcome',
        variables: { properties: { customer: { type: 'string' } }, required: ['customer'] },
        task: {
          title: 'Welcome {{= customer }}',
          type: 'custom',
          subtasks: [{ title: 'Call', type: 'custom' }],
        },
      },
    ],
  })
export type CreateTaskTemplate = z.infer<typeof CreateTaskTemplate>

const summary = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  type: z.string().describe('The type of the task at the top.'),
  source: z
    .enum(TEMPLATE_SOURCES)
    .describe('`built-in` comes with the product, `team` is of the team, `public` of another one.'),
  visibility: z.enum(['team', 'public']),
  variables: Variables,
  createdAt: z.iso.datetime(),
}

export const TaskTemplateSummary = z.strictObject(summary).meta({ id: 'TaskTemplateSummary' })
export type TaskTemplateSummary = z.infer<typeof TaskTemplateSummary>

export const TaskTemplate = z.strictObject({ ...summary, task: Tree }).meta({ id: 'TaskTemplate' })
export type TaskTemplate = z.infer<typeof TaskTemplate>

export const TaskTemplatePage = pageOf(TaskTemplateSummary).meta({ id: 'TaskTemplatePage' })

export const ListTaskTemplates = listQuery(['-created', 'created'], {
  source: z.enum(TEMPLATE_SOURCES).optional().describe('Only templates of this source.'),
  type: PlainText(50).optional().describe('Only templates of this type.'),
})
export type ListTaskTemplates = z.infer<typeof ListTaskTemplates>

export const UseTaskTemplate = z
  .strictObject({
    variables: Variables.default({}).describe('The values of the variables.'),
    overrides: Variables.default({}).describe('Fields of the top task to override.'),
    count: z.int().min(1).max(100).default(1).describe('How many to make.'),
    execute: z.boolean().default(false).describe('Whether they start by themselves.'),
  })
  .meta({ id: 'UseTaskTemplate', examples: [{ variables: { customer: 'Ada' } }] })
export type UseTaskTemplate = z.infer<typeof UseTaskTemplate>

export const UsedTaskTemplate = z
  .strictObject({
    tasks: z.array(z.string()).describe('The ids of the tasks at the top, one for each of `count`.'),
    made: z.int().describe('How many tasks were created in total.'),
  })
  .meta({ id: 'UsedTaskTemplate' })
export type UsedTaskTemplate = z.infer<typeof UsedTaskTemplate>
