import * as z from 'zod'

export const NodeTypeList = z
  .strictObject({
    items: z.array(
      z.strictObject({
        type: z.string(),
        category: z.string(),
        summary: z.string(),
        params: z.record(z.string(), z.unknown()).describe('JSON Schema; any string may hold expressions.'),
        ports: z.array(z.string()),
        output: z.string(),
        example: z.record(z.string(), z.unknown()),
        needsCredential: z.boolean(),
        pure: z.boolean(),
        defaultTimeoutMs: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'NodeTypeList' })
