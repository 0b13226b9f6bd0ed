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
            'The port to continue at. Required only if neither the node nor the output decides it: flow.if and flow.switch still evaluate their conditions, and flow.approval uses `output.decision`.',
          ),
        error: JsonValue.optional().describe(
          '`{ code, message }` or a text. The node fails with this error.',
        ),
      })
      .refine(
        ({ output, port, error }) => error === undefined || (output === undefined && port === undefined),
        {
          message: 'A mock has either an error, or an output and a port.',
        },
      ),
  )
  .describe('Outcomes to use instead of running nodes, by node id. The run is marked as mocked.')
export type Mocks = z.infer<typeof Mocks>
