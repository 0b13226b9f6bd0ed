// Executes an import. Invariants:
// 1. A page is one commit: its rows, its errors and the progress of the import. A crash or a cancel leaves whole
//    pages only.
// 2. A page is only written if the import is still at its first line, so a repeated step writes each page once.
// 3. One step of the run imports a limited number of rows.
import type { RequestContext } from '../../../../context.ts'
import { periodOf } from '../../../../core/clock.ts'
import { AppError, ERRORS, notFound } from '../../../../core/errors.ts'
import type { Json } from '../../../../core/json.ts'
import { toUsd } from '../../../../core/money.ts'
import { yieldToEventLoop } from '../../../../core/yield.ts'
import { commit } from '../../../../db/commit.ts'
import { budgetCheckMessage } from '../../budgets/repo.ts'
import type { FileRecord } from '../read/records.ts'
import { type Conversion, type Converted, convert } from './convert.ts'
import { endImport } from './end.ts'
import { conversionFor, open } from './open.ts'
import { addEarlierPages, addProblems, addRow, amountOf, newPage, type Page } from './page.ts'
import {
  type ErrorRow,
  findFirstErrors,
  findGivenUp,
  findImport,
  guardPage,
  type ImportRow,
  insertErrors,
} from './repo.ts'
import { type CostWrite, findKnown, type UsageWrite, upsertCosts, upsertUsage } from './rows-repo.ts'
import { ImportOptions } from './schema.ts'

const PAGE_ROWS = 1_000
/** A page is one parameter of a statement, which may have 2 MB. */
const PAGE_CHARS = 500_000
const RECORD_CHARS = 100_000
/** Each step reads the file from its beginning. */
const ROWS_A_STEP = 100_000
export const MAX_ROWS = 1_000_000

export type ImportStep = {
  request: RequestContext
  teamId: string
  importId: string
  signal: AbortSignal
  /** Called after each page. */
  progress: (data: unknown) => void
}

/** Imports the next rows. `again`: there are more. */
export async function stepImport(step: ImportStep): Promise<{ again: boolean; output: Json }> {
  const { request, teamId, importId } = step
  const row = await findImport(request.db, teamId, importId)
  if (row === null) throw notFound('The import')
  if (row.status === 'queued' || row.status === 'running') {
    try {
      return { again: await readOn(step, row), output: await countsOf(step) }
    } catch (error) {
      if (error instanceof AppError && !ERRORS[error.code].retryable)
        await endImport(request, row, { status: 'failed', error: error.message })
      throw error
    }
  }
  if (row.status !== 'succeeded')
    throw new AppError('resource.conflict', {
      detail: `The import has already ended with the status ${row.status}.`,
    })
  return { again: false, output: await countsOf(step) }
}

async function countsOf({ request, teamId, importId }: ImportStep): Promise<Json> {
  const row = await findImport(request.db, teamId, importId)
  if (row === null) throw notFound('The import')
  const { id, kind, line, created, corrected, unchanged, refused } = row
  return { id, kind, line, created, corrected, unchanged, refused }
}

/** True if there are more rows. */
async function readOn(step: ImportStep, row: ImportRow): Promise<boolean> {
  const { request, signal, progress } = step
  const options = ImportOptions.parse(row.options)
  const records = await open(request, row, options)
  let conversion: Conversion | null = null
  let seenLine = row.line
  let page = newPage(seenLine)
  let done = 0
  let total = 0
  for await (const record of records) {
    if (++total > MAX_ROWS)
      throw new AppError('request.invalid', { detail: `A file can have at most ${MAX_ROWS} rows.` })
    conversion ??= await conversionFor(request, row, options, record)
    if (record.line <= row.line) continue
    const chars = charsOf(record)
    const converted = chars > RECORD_CHARS ? tooLong : await convert(record, conversion)
    if ('row' in converted) addRow(page, record.line, converted.row, conversion.isFocus)
    else if (options.onError === 'stop') return stopAt(request, row, record, converted.problems)
    else addProblems(page, record.line, converted.problems)
    page.chars += chars
    if (page.records < PAGE_ROWS && page.chars < PAGE_CHARS) continue
    signal.throwIfAborted()
    done += page.records
    // The page was done by another consumer, or the import was cancelled. The next step finds out which.
    if (!(await commitPage(request, row, { page, seenLine, conversion, options }))) return true
    progress({ line: page.line })
    await yieldToEventLoop()
    if (done >= ROWS_A_STEP) return true
    seenLine = page.line
    page = newPage(seenLine)
  }
  if (conversion !== null && page.records > 0) {
    const last = { page, seenLine, conversion, options }
    if (!(await commitPage(request, row, last))) return true
    progress({ line: page.line })
  }
  await refuseIfNoneIsLeft(request, row)
  await endImport(request, row, { status: 'succeeded', error: null })
  return false
}

const SHOWN_REASONS = 3

/** A file of which nothing could be used has failed, such as one with the wrong columns. */
async function refuseIfNoneIsLeft({ db }: RequestContext, { teamId, id }: ImportRow): Promise<void> {
  const row = await findImport(db, teamId, id)
  if (row === null || row.refused === 0 || row.created + row.corrected + row.unchanged > 0) return
  const reasons = (await findFirstErrors(db, id, SHOWN_REASONS)).map(reasonText)
  const which = row.refused === 1 ? 'The only row was' : `All ${row.refused} rows were`
  throw new AppError('request.invalid', { detail: `${which} refused. ${reasons.join('; ')}.` })
}

const reasonText = ({ line, column, reason }: ErrorRow): string =>
  `Line ${line}: ${column ?? ''} ${reason}`.replace(/ +/g, ' ')

const tooLong: Converted = { problems: [{ column: '', reason: `has more than ${RECORD_CHARS} characters` }] }

function charsOf({ values }: FileRecord): number {
  let chars = 0
  for (const name in values) chars += name.length + (values[name]?.length ?? 0)
  return chars
}

type PageCommit = {
  page: Page
  seenLine: number
  conversion: Conversion
  options: ImportOptions
}

/** False if the import was cancelled, or another consumer has done the page. */
async function commitPage(request: RequestContext, row: ImportRow, given: PageCommit): Promise<boolean> {
  const { page, seenLine, conversion, options } = given
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
        before: { corrected: corrected.map(({ id: rowId, amount }) => [rowId, toUsd(amount)]) },
        after: { throughLine: page.line, rows: rows.length, refused: page.refused, dryRun: isDry },
      },
      messages: spends ? [budgetCheckMessage(teamId)] : [],
    },
  )
  return outcome === 'done'
}

async function stopAt(
  request: RequestContext,
  row: ImportRow,
  record: FileRecord,
  problems: { column: string; reason: string }[],
): Promise<never> {
  const page = newPage(row.line)
  addProblems(page, record.line, problems)
  const [{ column, reason } = { column: '', reason: '' }] = problems
  const error = reasonText({ line: record.line, column, reason })
  await endImport(request, row, { status: 'failed', error }, page.errors)
  throw new AppError('request.invalid', { detail: error })
}

const MAX_GIVEN_UP = 100

export async function endGivenUpImports(request: RequestContext): Promise<void> {
  for (const row of await findGivenUp(request.env.DB, MAX_GIVEN_UP))
    await endImport(request, row, {
      status: 'failed',
      error: 'The import failed several times. Start it again.',
    })
}
