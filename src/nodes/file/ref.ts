import * as z from 'zod'

/** A file as a parameter: its id, its name, or the output of another node. */
export const FileParam = z
  .union([z.string().min(1).max(1_024), z.looseObject({ $file: z.string().min(1).max(100) })])
  .describe('A file: its id, its name, or a reference from another node or the input.')

export const idOrNameOf = (file: z.infer<typeof FileParam>): string =>
  typeof file === 'string' ? file : file.$file
