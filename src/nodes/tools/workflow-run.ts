// Workflows of the team as tools. The engine starts the run as `flow.workflow` does, so it is waited for, cancelled and counted.
import * as z from 'zod'
import { tool } from './tool.ts'

export const WORKFLOW_RUN = 'workflow.run'

export const WorkflowConfig = z.strictObject({
  workflows: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(50)
    .describe('Ids or keys of the workflows that it may start.'),
})

export const workflowRun = tool({
  name: WORKFLOW_RUN,
  description: 'Runs a workflow of the team and gives its output.',
  args: z.strictObject({
    workflow: z.string().min(1).max(100).describe('Which one.'),
    inputs: z.record(z.string(), z.unknown()).optional().describe('Its input.'),
  }),
  config: WorkflowConfig,
})
