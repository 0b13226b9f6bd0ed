import * as z from 'zod'

const FileName = z.string().min(1).max(1_024)
const base = z
  .string()
  .max(1_000)
  .optional()
  .describe('A folder of the source, such as `dist`. Only its content is published.')

export const MAX_SOURCE_FILES = 5_000

export const Source = z
  .union([
    z.strictObject({
      files: z
        .array(
          z.union([
            FileName,
            z.strictObject({
              file: FileName.describe('A file of the team, by id or name.'),
              path: FileName.optional().describe('Where it is published. Default: its name.'),
            }),
            z.looseObject({
              $file: FileName.describe('A reference to a file as in runs: the output of `file.write`.'),
            }),
          ]),
        )
        .min(1)
        .max(MAX_SOURCE_FILES)
        .describe('Files of the team, by id or name.'),
      base,
    }),
    z.strictObject({ zip: FileName.describe('A zip of the team, by id or name.'), base }),
    z.strictObject({
      runId: z
        .string()
        .max(100)
        .describe(
          'A run that has succeeded: the files that its output names, or else those that its nodes wrote.',
        ),
      base,
    }),
    z.strictObject({
      prefix: z.string().min(1).max(1_000).describe('All files of the team in this folder.'),
    }),
  ])
  .describe('The files to publish: at most 10,000 with 500 MB.')
export type Source = z.infer<typeof Source>
