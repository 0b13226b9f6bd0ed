import * as z from 'zod'
import { pageOf } from '../../../http/pagination.ts'

export const NodeTypeList = pageOf(
  z.strictObject({
    type: z.string(),
    category: z.string(),
    summary: z.string(),
    params: z.record(z.string(), z.unknown()).describe('A JSON Schema. Any string can contain expressions.'),
    ports: z.array(z.string()),
    output: z.string(),
    example: z.record(z.string(), z.unknown()),
    needsCredential: z.boolean(),
    takesCredential: z.boolean().describe('Whether the node can use an integration in `credential`.'),
    pure: z.boolean(),
    defaultTimeoutMs: z.number().nullable(),
  }),
).meta({ id: 'NodeTypeList' })
