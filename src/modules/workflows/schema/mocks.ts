import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'

export const Mocks = z
  .record(
    z.string().max(64),
    z
      .strictObject({
        output: JsonValue.optional(),
        port: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .describe(
            'Where the node goes on. Needed only where neither the node nor the output decides: flow.if and flow.switch still evaluate their conditions, flow.approval takes `output.decision`.',
          ),
        error: JsonValue.optional().describe('`{ code, message }`, or a text: the node fails with it.'),
      })
      .refine(
        ({ output, port, error }) => error === undefined || (output === undefined && port === undefined),
        {
          message: 'Either an error, or an output and its port.',
        },
      ),
  )
  .describe('Outcomes that stand in for nodes, by node id. A run is marked with them.')
export type Mocks = z.infer<typeof Mocks>
