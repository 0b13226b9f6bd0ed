import * as z from 'zod'
import { TASK_STATUSES } from '../pure/status.ts'
import { TaskSummary } from '../schema/task.ts'

export type TaskTree = { task: TaskSummary; children: TaskTree[] }
export const TaskTree: z.ZodType<TaskTree> = z
  .strictObject({
    task: TaskSummary.describe('The task.'),
    get children() {
      return z.array(TaskTree).describe('Its subtasks, oldest first.')
    },
  })
  .meta({ id: 'TaskTree' })

export const TaskGraph = z
  .strictObject({
    nodes: z
      .array(
        z.strictObject({
          id: z.string(),
          title: z.string(),
          type: z.string(),
          status: z.enum(TASK_STATUSES),
          progress: z.int(),
        }),
      )
      .describe('The tasks that dependencies connect with this one.'),
    edges: z
      .array(
        z.strictObject({
          from: z.string().describe('The task that ends first.'),
          to: z.string().describe('The task that waits for it.'),
          on: z.enum(['success', 'end']).describe('The end that it waits for.'),
          waived: z.boolean().describe('Whether the dependency was waived.'),
        }),
      )
      .describe('The dependencies.'),
    criticalPath: z
      .array(z.string())
      .describe(
        'The longest way through the graph, by the time that its tasks took; one that has not ended counts as the mean of the others.',
      ),
    truncated: z.boolean().describe('Whether there are more than 10,000 tasks or 100,000 edges.'),
  })
  .meta({ id: 'TaskGraph' })
export type TaskGraph = z.infer<typeof TaskGraph>

export const GraphQuery = z.strictObject({
  format: z
    .enum(['json', 'mermaid'])
    .default('json')
    .describe('`mermaid` answers the text of a Mermaid flowchart.'),
})
