import * as z from 'zod'
import { outcomeOfChild } from '../child-outcome.ts'
import { effectNode, type NodeResult } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const flowWorkflow = effectNode({
  type: 'flow.workflow',
  category: 'flow',
  summary: 'Runs another workflow of the team.',
  params: z
    .strictObject({
      workflowId: z.string().min(1).max(100).optional().describe('The id of a workflow in the same team.'),
      workflowKey: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe('The key of a workflow in the same team. Use it in workflow files.'),
      input: z.unknown().optional().describe('The input of the run. Default: an empty object.'),
      version: z
        .number()
        .int()
        .min(1)
        .optional()
        .describe('The version to run. Default: the current version.'),
      wait: z
        .boolean()
        .optional()
        .describe(
          'Whether to wait for the run to end. Default: true. This node then fails if that run fails, and cancelling this run cancels it. ' +
            'A run that the node does not wait for is queued while the team has reached its limit of concurrent runs.',
        ),
    })
    .refine(({ workflowId, workflowKey }) => (workflowId === undefined) !== (workflowKey === undefined), {
      message: 'provide either workflowId or workflowKey',
    }),
  output: 'The output of the run, or `{ runId }` without waiting.',
  example: { workflowId: 'wf_01k0000000000000000000000', input: { orderId: '{{ input.orderId }}' } },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ runs }, { params, path, failures, idempotencyKey, nowMs }, signal): Promise<NodeResult> => {
    const { workflowId, workflowKey = '', input, version, wait = true } = params
    const child = await runs.startChild({
      workflow: workflowId === undefined ? { key: workflowKey } : { id: workflowId },
      ...(version === undefined ? {} : { version }),
      input,
      path,
      wait,
      failures,
      idempotencyKey,
      signal,
    })
    return wait ? outcomeOfChild(child, nowMs) : { output: { runId: child.runId } }
  },
  undo: async ({ runs }, { path, failures, nowMs }, signal): Promise<NodeResult> => {
    const child = await runs.undoChild({ path, failures, signal })
    return child === null ? { output: null } : outcomeOfChild(child, nowMs)
  },
})
