import * as z from 'zod'
import { pageOf } from '../../http/pagination.ts'

export const SearchQuery = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe(
      'Case-insensitive. For workflows and runs, the whole text must match. For tasks, each word must match; the last one may be the beginning of a word.',
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
    kind: z.enum(['workflow', 'run', 'task']),
    id: z.string(),
    title: z.string().describe('The name or title.'),
    detail: z
      .string()
      .describe('For a run, the name of its workflow; for a workflow, its key; for a task, its type.'),
    status: z.string().nullable().describe('The status of a run or task; null for a workflow.'),
    at: z.iso.datetime().describe('When the run was created, or the workflow or task last changed.'),
  })
  .meta({ id: 'Found' })
export type Found = z.infer<typeof Found>

export const FoundPage = pageOf(Found).meta({ id: 'FoundPage' })
