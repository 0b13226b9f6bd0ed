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
      workflowId: z.string().min(1).max(100).optional().describe('A workflow of the same team, by its id.'),
      workflowKey: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe('The same, by its key: what a file can name.'),
      input: z.unknown().optional().describe('The input of its run; default an empty object.'),
      version: z.number().int().min(1).optional().describe('Default the current one.'),
      wait: z
        .boolean()
        .optional()
        .describe(
          'Whether to wait for its end (default), to fail when it fails and to cancel it when this run is cancelled. ' +
            'A run that is not waited for is queued while the team has as many at work as its plan allows.',
        ),
    })
    .refine(({ workflowId, workflowKey }) => (workflowId === undefined) !== (workflowKey === undefined), {
      message: 'either workflowId or workflowKey',
    }),
  output: 'The output of the run; without waiting `{ runId }`.',
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
