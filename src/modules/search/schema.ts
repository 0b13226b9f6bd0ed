import * as z from 'zod'
import { pageOf } from '../../http/pagination.ts'

export const SearchQuery = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe(
      'Case-insensitive. The whole text must match. For tasks, each word must match; the last one may be the beginning of a word.',
    ),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(20)
    .default(8)
    .describe('The maximum number of results of each kind.'),
})
export type SearchQuery = z.infer<typeof SearchQuery>

export const Found = z
  .strictObject({
    kind: z.enum(['workflow', 'run', 'agent', 'file', 'integration', 'deployment', 'task']),
    id: z.string(),
    title: z.string().describe('The name or title.'),
    detail: z
      .string()
      .describe(
        'For a run, the name of its workflow; for a workflow, its key; for a deployment, its platform and environment; for all others, the type.',
      ),
    status: z
      .string()
      .nullable()
      .describe('The status of a run, integration, deployment or task; null for all others.'),
    at: z.iso
      .datetime()
      .describe('When the run or deployment was created, or when the others were last changed.'),
  })
  .meta({ id: 'Found' })
export type Found = z.infer<typeof Found>

export const FoundPage = pageOf(Found).meta({ id: 'FoundPage' })
