// Doing an import. Invariants:
// 1. A page is one commit: its rows, its errors and how far the import has come. A crash or a cancel leaves whole pages only.
// 2. A page is written only onto the line that it was read from, so two consumers of one message write each page once.
// 3. One message does a bounded number of rows; the commit of its last page asks for the next message.
import type { RequestContext } from '../../../../context.ts'
import { periodOf } from '../../../../core/clock.ts'
import { AppError, notFound } from '../../../../core/errors.ts'
import type { Decimal } from '../../../../core/money.ts'
import { commit } from '../../../../db/commit.ts'
import type { CostsImport } from '../../../../queue/messages/finops.ts'
import { openVersion } from '../../../files/index.ts'
import { budgetCheck } from '../../budgets/repo.ts'
import { rateOf } from '../../rates/service.ts'
import { inspectFocus } from '../focus/read.ts'
import { type FileRecord, recordsOf } from '../read/records.ts'
import { type Conversion, convert } from './convert.ts'
import { addEarlierPages, addProblems, addRow, amountOf, newPage, type Page } from './page.ts'
import {
  findGivenUp,
  findImport,
  findMapping,
  guardEnd,
  guardPage,
  type ImportRow,
  insertErrors,
} from './repo.ts'
import { type CostWrite, findKnown, type UsageWrite, upsertCosts, upsertUsage } from './rows-repo.ts'
import { ImportOptions } from './schema.ts'

const PAGE_ROWS = 500
const ROWS_A_MESSAGE = 20_000
export const MAX_ROWS = 1_000_000

export async function runImport(request: RequestContext, { teamId, importId }: CostsImport): Promise<void> {
  const row = await findImport(request.db, teamId, importId)
  if (row === null || (row.status !== 'queued' && row.status !== 'running')) return
  try {
    await readOn(request, row)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    await end(request, row, 'failed', error.message)
  }
}

async function readOn(request: RequestContext, row: ImportRow): Promise<void> {
  const options = ImportOptions.parse(row.options)
  const records = await open(request, row, options)
  let conversion: Conversion | null = null
  let seenLine = row.line
  let page = newPage(seenLine)
  let done = 0
  let total = 0
  for await (const record of records) {
    if (++total > MAX_ROWS)
      throw new AppError('request.invalid', { detail: `A file has at most ${MAX_ROWS} rows.` })
    conversion ??= await conversionFor(request, row, options, record)
    if (record.line <= row.line) continue
    const converted = await convert(record, conversion)
    if ('row' in converted) addRow(page, record.line, converted.row, conversion.isFocus)
    else if (options.onError === 'stop') return stopAt(request, row, record, converted.problems)
    else addProblems(page, record.line, converted.problems)
    if (page.records < PAGE_ROWS) continue
    done += page.records
    const isLast = done >= ROWS_A_MESSAGE
    if (!(await commitPage(request, row, { page, seenLine, conversion, options, isLast }))) return
    if (isLast) return
    seenLine = page.line
    page = newPage(seenLine)
  }
  if (conversion !== null && page.records > 0) {
    const last = { page, seenLine, conversion, options, isLast: false }
    if (!(await commitPage(request, row, last))) return
  }
  await end(request, row, 'succeeded', null)
}

async function open(
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

async function conversionFor(
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
        detail: `The file looks like FOCUS ${version} and lacks ${missing.join(', ')}.`,
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

type PageCommit = {
  page: Page
  seenLine: number
  conversion: Conversion
  options: ImportOptions
  isLast: boolean
}

/** False when the import was cancelled, or another consumer has done the page. */
async function commitPage(request: RequestContext, row: ImportRow, given: PageCommit): Promise<boolean> {
  const { page, seenLine, conversion, options, isLast } = given
  const { teamId, id, kind } = row
  const rows = [...page.rows.values()]
  const now = request.now()
  const known = await findKnown(request.env.DB, kind, { teamId, importId: id }, rows)
  if (conversion.isFocus) addEarlierPages(rows as CostWrite[], known)
  const corrected = known.filter(({ at, amount }) => {
    const found = rows[at]
    return found !== undefined && amountOf(kind, found) !== amount
  })
  const writes =
    kind === 'costs'
      ? upsertCosts(teamId, rows as CostWrite[], { sums: conversion.isFocus, importId: id, now })
      : upsertUsage(teamId, rows as UsageWrite[], now)
  const isDry = options.onError === 'dryRun'
  const spends = !isDry && kind === 'costs' && rows.some(({ date }) => date.startsWith(periodOf(now)))
  const outcome = await commit(
    { ...request, system: true },
    {
      guard: guardPage(row, seenLine, {
        line: page.line,
        created: rows.length - known.length,
        corrected: corrected.length,
        unchanged: known.length - corrected.length,
        refused: page.refused,
      }),
      statements: [
        ...(isDry || rows.length === 0 ? [] : [writes]),
        ...(page.errors.length === 0 ? [] : [insertErrors(id, page.errors)]),
      ],
      audit: {
        action: 'import.page_done',
        targetType: 'import',
        targetId: id,
        teamId,
        before: { corrected: corrected.map(({ id: rowId, amount }) => [rowId, amount / 1_000_000]) },
        after: { throughLine: page.line, rows: rows.length, refused: page.refused, dryRun: isDry },
      },
      messages: [
        ...(spends ? [budgetCheck(teamId)] : []),
        ...(isLast ? [{ type: 'costs.import' as const, teamId, importId: id }] : []),
      ],
    },
  )
  return outcome === 'done'
}

async function stopAt(
  request: RequestContext,
  row: ImportRow,
  record: FileRecord,
  problems: { column: string; reason: string }[],
): Promise<void> {
  const page = newPage(row.line)
  addProblems(page, record.line, problems)
  const [{ column, reason } = { column: '', reason: '' }] = problems
  await end(request, row, 'failed', `Line ${record.line}: ${column} ${reason}`.replace(/ +/g, ' '), page)
}

const MAX_GIVEN_UP = 100

export async function endGivenUpImports(request: RequestContext): Promise<void> {
  for (const row of await findGivenUp(request.env.DB, MAX_GIVEN_UP))
    await end(request, row, 'failed', 'The import failed several times. Start it again.')
}

async function end(
  request: RequestContext,
  row: Pick<ImportRow, 'id' | 'teamId'>,
  status: 'succeeded' | 'failed',
  error: string | null,
  page?: Page,
): Promise<void> {
  await commit(
    { ...request, system: true },
    {
      guard: guardEnd(row, status, error?.slice(0, 1_000) ?? null, request.now()),
      statements: page === undefined ? [] : [insertErrors(row.id, page.errors)],
      audit: {
        action: `import.${status}`,
        targetType: 'import',
        targetId: row.id,
        teamId: row.teamId,
        ...(error === null ? {} : { after: { error } }),
      },
    },
  )
}
