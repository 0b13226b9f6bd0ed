import * as z from 'zod'

/** Objects in R2 that no row names any more. A prefix ends in `/`, so that none is the start of another's. */
export const StorageDelete = z.object({
  type: z.literal('storage.delete'),
  keys: z.array(z.string().min(1)).max(1000),
  prefixes: z.array(z.string().regex(/^[^/]+\/.*[^/]\/$/)),
})
export type StorageDelete = z.infer<typeof StorageDelete>

/** A run is deleted that has put files aside, or has used files. */
export const RunFilesDelete = z.object({
  type: z.literal('run.files_delete'),
  teamId: z.string().min(1),
  runId: z.string().min(1),
})
export type RunFilesDelete = z.infer<typeof RunFilesDelete>
