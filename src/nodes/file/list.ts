import * as z from 'zod'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'

const DEFAULT_LIMIT = 1_000

export const fileList = effectNode({
  type: 'file.list',
  category: 'file',
  summary: 'Lists files of the team.',
  params: z.strictObject({
    prefix: z
      .string()
      .min(1)
      .max(1_024)
      .optional()
      .describe('The beginning of the names, such as `reports/`.'),
    limit: z.number().int().min(1).max(DEFAULT_LIMIT).optional().meta({
      description: 'The maximum number of files.',
      default: DEFAULT_LIMIT,
    }),
  }),
  output: 'A list of `{ $file, name, type, sizeBytes, sha256 }`, by name.',
  example: { prefix: 'reports/' },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  run: async ({ files }, { params }) => ({
    output: await files.list({ prefix: params.prefix, limit: params.limit ?? DEFAULT_LIMIT }),
  }),
})
