import * as z from 'zod'

/** Objects in R2 without a row. A prefix ends in `/`, so that it cannot match a longer name. */
export const StorageDelete = z.object({
  type: z.literal('storage.delete'),
  keys: z.array(z.string().min(1)).max(1000),
  prefixes: z.array(z.string().regex(/^[^/]+\/.*[^/]\/$/)),
})
export type StorageDelete = z.infer<typeof StorageDelete>

/** A run with its own or used files was deleted. */
export const RunFilesDelete = z.object({
  type: z.literal('run.files_delete'),
  teamId: z.string().min(1),
  runId: z.string().min(1),
})
export type RunFilesDelete = z.infer<typeof RunFilesDelete>
