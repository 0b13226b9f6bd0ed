import * as z from 'zod'
import { EXPORT_EVERY, EXPORT_RUN_STATUSES } from '../../../../db/schema/index.ts'
import { pathFault } from './object-key.ts'

const every = z.enum(EXPORT_EVERY)
const format = z.enum(['csv', 'jsonl', 'focus'])

const Path = z
  .string()
  .min(1)
  .max(500)
  .superRefine((path, check) => {
    const fault = pathFault(path)
    if (fault !== null) check.addIssue({ code: 'custom', message: fault })
  })

export const SetExportSchedule = z
  .strictObject({
    every,
    format: format.default('csv'),
    folder: z
      .string()
      .max(200)
      .regex(
        /^[A-Za-z0-9 _.-]*(\/[A-Za-z0-9 _.-]+)*$/,
        'names of letters, digits, spaces, "_", "." and "-" with "/" between them',
      )
      .refine(
        (path) => !path.split('/').some((name) => /^\.*$/.test(name)) || path === '',
        'no empty names or dots',
      )
      .default('exports'),
    integration: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'An integration of the type `aws-s3`, by id or name: each file is sent to its bucket as well.',
      ),
    path: Path.optional().describe(
      'The key in the bucket. `{file}` (default) is the name of the file with its folder, `{name}` without; `{from}`, `{to}`, `{year}`, `{month}`, `{day}`, `{every}` and `{format}` contain the period and settings. A path that ends in `/` is a folder.',
    ),
  })
  .refine(({ integration, path }) => path === undefined || integration !== undefined, {
    path: ['path'],
    error: 'needs an integration',
  })
  .meta({
    id: 'SetExportSchedule',
    examples: [{ every: 'month', format: 'focus', folder: 'bills' }],
  })
export type SetExportSchedule = z.infer<typeof SetExportSchedule>

export const ExportSchedule = z
  .strictObject({
    every,
    format,
    folder: z.string(),
    integrationId: z.string().nullable().describe('Whose bucket the files are sent to.'),
    path: z.string().nullable(),
    nextAt: z.iso.datetime().describe('When the next file is written.'),
    updatedAt: z.iso.datetime(),
    lastRun: z
      .strictObject({
        status: z
          .enum(EXPORT_RUN_STATUSES)
          .describe('`retrying`: it has failed and is tried again. `empty`: there was nothing to write.'),
        from: z.iso.date(),
        to: z.iso.date(),
        startedAt: z.iso.datetime(),
        finishedAt: z.iso.datetime().nullable(),
        file: z.string().describe('The name of the file of the team.'),
        fileId: z.string().nullable(),
        object: z.string().nullable().describe('The key in the bucket, once it is there.'),
        error: z.string().nullable(),
      })
      .nullable()
      .describe('The last export; null if there was none.'),
  })
  .meta({ id: 'ExportSchedule' })
export type ExportSchedule = z.infer<typeof ExportSchedule>
