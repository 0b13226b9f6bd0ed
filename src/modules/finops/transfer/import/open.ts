// Opens the file of an import, and chooses how its records are converted.
import type { RequestContext } from '../../../../context.ts'
import { AppError, notFound } from '../../../../core/errors.ts'
import type { Decimal } from '../../../../core/money.ts'
import { openVersion } from '../../../files/index.ts'
import { rateOf } from '../../rates/service.ts'
import { inspectFocus } from '../focus/read.ts'
import { type FileRecord, recordsOf } from '../read/records.ts'
import type { Conversion } from './convert.ts'
import { findMapping, type ImportRow } from './repo.ts'
import type { ImportOptions } from './schema.ts'

export async function open(
  request: RequestContext,
  row: ImportRow,
  options: ImportOptions,
): Promise<AsyncIterable<FileRecord>> {
  const file = await openVersion(request, row.teamId, row.fileId, row.fileVersion)
  if (file === null) throw notFound('The file')
  const { open: read, filename } = file
  const body = await read()
  const format = options.format === 'auto' ? formatOf(filename) : options.format
  if (format === 'xlsx') {
    const { xlsxRecords } = await import('../read/xlsx.ts')
    return xlsxRecords(body)
  }
  return recordsOf(body, { format, separator: options.separator, encoding: options.encoding })
}

function formatOf(filename: string): 'csv' | 'jsonl' | 'xlsx' {
  const name = filename.toLowerCase().replace(/\.gz$/, '')
  if (name.endsWith('.xlsx')) return 'xlsx'
  return /\.(jsonl|ndjson)$/.test(name) ? 'jsonl' : 'csv'
}

export async function conversionFor(
  request: RequestContext,
  row: ImportRow,
  options: ImportOptions,
  record: FileRecord,
): Promise<Conversion> {
  const has = (name: string) => record.columns.includes(name)
  const isFocus =
    row.kind === 'costs' &&
    (options.columns === 'focus' ||
      (options.columns === 'auto' && has('BilledCost') && has('ChargePeriodStart')))
  if (isFocus) {
    const { version, missing } = inspectFocus(record.values, has)
    if (missing.length > 0)
      throw new AppError('request.invalid', {
        detail: `The file looks like FOCUS ${version} but lacks the columns ${missing.join(', ')}.`,
      })
  }
  const saved =
    options.mapping === undefined ? null : await findMapping(request.db, row.teamId, options.mapping)
  if (options.mapping !== undefined && saved === null) throw notFound('The mapping')
  const rates = new Map<string, Promise<Decimal>>()
  return {
    kind: row.kind,
    isFocus,
    mark: options.decimal ?? (record.separator === ';' ? ',' : '.'),
    mapping: {
      columns: saved?.columns ?? {},
      values: { source: 'import', ...saved?.defaults, ...options.defaults },
    },
    rateOf: (currency, date) => {
      const name = `${currency} ${date}`
      const rate = rates.get(name) ?? rateOf(request.env.DB, currency, date)
      rates.set(name, rate)
      return rate
    },
    now: request.now(),
  }
}
