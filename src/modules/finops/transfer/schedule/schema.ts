import * as z from 'zod'
import { EXPORT_EVERY } from '../../../../db/schema/index.ts'

const every = z.enum(EXPORT_EVERY)
const format = z.enum(['csv', 'jsonl', 'focus'])

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
  })
  .meta({ id: 'SetExportSchedule' })
export type SetExportSchedule = z.infer<typeof SetExportSchedule>

export const ExportSchedule = z
  .strictObject({
    every,
    format,
    folder: z.string(),
    nextAt: z.iso.datetime().describe('When the next file is written.'),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'ExportSchedule' })
export type ExportSchedule = z.infer<typeof ExportSchedule>
