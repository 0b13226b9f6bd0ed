import * as z from 'zod'
import { pageOf } from '../../http/pagination.ts'

export const SearchQuery = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .describe(
      'In any case. Of workflows and runs as a whole, of tasks word by word; the last word may be the beginning of one.',
    ),
  limit: z.coerce.number().int().min(1).max(20).default(8).describe('How many of each kind.'),
})
export type SearchQuery = z.infer<typeof SearchQuery>

export const Found = z
  .strictObject({
    kind: z.enum(['workflow', 'run', 'task']),
    id: z.string(),
    title: z.string().describe('What it is called.'),
    detail: z
      .string()
      .describe('Of a run the name of its workflow, of a workflow its key, of a task its type.'),
    status: z.string().nullable().describe('Of a run or task; null for a workflow.'),
    at: z.iso.datetime().describe('When a run was made, or a workflow or task last changed.'),
  })
  .meta({ id: 'Found' })
export type Found = z.infer<typeof Found>

export const FoundPage = pageOf(Found).meta({ id: 'FoundPage' })
