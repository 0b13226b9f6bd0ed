import * as z from 'zod'
import { FROM_AFTER_TO, filterFields, fromBeforeTo } from '../../snapshots/schema.ts'

const fields = { ...filterFields }

export const ExportCosts = z
  .strictObject({
    ...fields,
    format: z
      .enum(['csv', 'jsonl', 'focus', 'xlsx'])
      .default('csv')
      .describe(
        '`focus` is CSV in the columns of FOCUS 1.2. All matching rows are streamed; `xlsx` takes up to 100,000.',
      ),
  })
  .refine(fromBeforeTo, FROM_AFTER_TO)
export type ExportCosts = z.infer<typeof ExportCosts>

export const ExportUsage = z
  .strictObject({ ...fields, format: z.enum(['csv', 'jsonl', 'xlsx']).default('csv') })
  .refine(fromBeforeTo, FROM_AFTER_TO)
export type ExportUsage = z.infer<typeof ExportUsage>

/** The formats that are written line by line. */
export type ExportFormat = Exclude<ExportCosts['format'], 'xlsx'>

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const MEDIA_TYPES: Record<ExportCosts['format'], string> = {
  csv: 'text/csv; charset=utf-8',
  focus: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
  xlsx: XLSX_TYPE,
}

export const EXTENSIONS: Record<ExportCosts['format'], string> = {
  csv: 'csv',
  focus: 'csv',
  jsonl: 'jsonl',
  xlsx: 'xlsx',
}
