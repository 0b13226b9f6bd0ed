import * as z from 'zod'
import { IMPORT_STATUSES } from '../../../../db/schema/index.ts'
import { listQuery, pageOf } from '../../../../http/pagination.ts'
import { PlainText } from '../../../../http/text.ts'

const MAX_MAPPED = 100

const Pairs = z
  .record(PlainText(150), z.string().min(1).max(300))
  .refine((pairs) => Object.keys(pairs).length <= MAX_MAPPED, { message: `at most ${MAX_MAPPED}` })

const columns = Pairs.describe('Our column, or `label:<key>`: the column of the file.')
const defaults = Pairs.describe('The target column: its value in rows where the file has none.')

export const MappingName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, "_", "." and "-"')

export const SetMapping = z
  .strictObject({ columns: columns.default({}), defaults: defaults.default({}) })
  .meta({ id: 'SetMapping' })
export type SetMapping = z.infer<typeof SetMapping>

export const ColumnMapping = z
  .strictObject({
    name: z.string(),
    columns: z.record(z.string(), z.string()),
    defaults: z.record(z.string(), z.string()),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'ColumnMapping' })
export type ColumnMapping = z.infer<typeof ColumnMapping>

export const ColumnMappingPage = pageOf(ColumnMapping).meta({ id: 'ColumnMappingPage' })

export const ListMappings = listQuery(['name'], {})
export type ListMappings = z.infer<typeof ListMappings>

export const ImportOptions = z.strictObject({
  format: z
    .enum(['auto', 'csv', 'jsonl', 'xlsx'])
    .default('auto')
    .describe('Default: derived from the name of the file.'),
  columns: z
    .enum(['auto', 'own', 'focus'])
    .default('auto')
    .describe('Whether the columns are ours or those of FOCUS. Default: derived from the header.'),
  separator: z
    .enum([',', ';', '\t', '|'])
    .optional()
    .describe('Default: the most frequent separator in the header.'),
  decimal: z.enum(['.', ',']).optional().describe('By default `,` where the separator is `;`, else `.`.'),
  encoding: z.enum(['auto', 'utf-8', 'latin1']).default('auto'),
  mapping: MappingName.optional().describe('A saved mapping.'),
  defaults: defaults.optional().describe('Take precedence over those of the mapping.'),
  onError: z
    .enum(['skip', 'stop', 'dryRun'])
    .default('skip')
    .describe(
      '`skip` leaves out rows with errors, `stop` ends with the first one and keeps the pages before, `dryRun` only checks.',
    ),
})
export type ImportOptions = z.infer<typeof ImportOptions>

export const StartImport = ImportOptions.extend({
  fileId: z.string().min(1).max(1_024).describe('The id or the name of a file of the team.'),
}).meta({ id: 'StartImport' })
export type StartImport = z.infer<typeof StartImport>

/** For a file as the body: its options are in the query. */
export const ImportFileQuery = ImportOptions.omit({ defaults: true })
export type ImportFileQuery = z.infer<typeof ImportFileQuery>

export const CostImport = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['costs', 'usage']),
    fileId: z.string(),
    fileName: z.string().describe('The name of the file when the import began.'),
    runId: z.string().nullable().describe('The run that does it, of kind `import`: follow it live.'),
    options: ImportOptions,
    status: z.enum(IMPORT_STATUSES),
    line: z.int().describe('The line of the file up to which rows are done.'),
    created: z.int(),
    corrected: z.int(),
    unchanged: z.int(),
    refused: z.int().describe('Rows with errors. `…/errors` lists the first 1,000 errors.'),
    error: z.string().nullable().describe('Why the import as a whole has failed.'),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'CostImport' })
export type CostImport = z.infer<typeof CostImport>

export const CostImportPage = pageOf(CostImport).meta({ id: 'CostImportPage' })

export const ListImports = listQuery(['-createdAt', 'createdAt'], {
  status: z.enum(IMPORT_STATUSES).optional(),
  kind: z.enum(['costs', 'usage']).optional(),
})
export type ListImports = z.infer<typeof ListImports>

export const ImportError = z
  .strictObject({ line: z.int(), column: z.string().nullable(), reason: z.string() })
  .meta({ id: 'ImportError' })
export type ImportError = z.infer<typeof ImportError>

export const ImportErrorPage = pageOf(ImportError).meta({ id: 'ImportErrorPage' })

export const ListImportErrors = listQuery(['line'], {})
export type ListImportErrors = z.infer<typeof ListImportErrors>
