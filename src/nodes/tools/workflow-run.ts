// Workflows of the team as tools. The engine starts the run like `flow.workflow`, including waiting, cancelling and counting.
import * as z from 'zod'
import { tool } from './tool.ts'

export const WORKFLOW_RUN = 'workflow.run'

export const WorkflowConfig = z.strictObject({
  workflows: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(50)
    .describe('The ids or keys of the workflows that the agent may start.'),
})

export const workflowRun = tool({
  name: WORKFLOW_RUN,
  description: 'Runs a workflow of the team and returns its output.',
  args: z.strictObject({
    workflow: z.string().min(1).max(100).describe('Which one.'),
    inputs: z.record(z.string(), z.unknown()).optional().describe('Its input.'),
  }),
  config: WorkflowConfig,
})
