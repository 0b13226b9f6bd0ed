// A small interpreter of the FinOps Foundation's rule model for FOCUS 1.2 (MIT; focus-model-1.2.json.gz is theirs,
// compressed). It runs the mandatory rules that a machine can check. A rule for an optional column that is missing
// passes.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { inRoot } from '../../../scripts/server/paths.ts'
import { CURRENCIES } from '../../../src/core/currencies.ts'

export type Row = Record<string, string | null>

type Check = {
  CheckFunction?: string
  Items?: Check[]
  ModelRuleId?: string
  ColumnName?: string
  ColumnAName?: string
  ColumnBName?: string
  ResultColumnName?: string
  Value?: string | number | null
  ExpectedCount?: number
}

type Rule = {
  EntityType: string
  Reference: string
  Function: string
  Status: string
  Type: string
  ApplicabilityCriteria: string[]
  ValidationCriteria: { MustSatisfy: string; Keyword: string; Requirement: Check; Condition: Check }
}

const model = JSON.parse(
  gunzipSync(readFileSync(inRoot('test/core/finops/focus-model-1.2.json.gz'))).toString(),
) as { ModelRules: Record<string, Rule> }

export const RULES = model.ModelRules

export type Dataset = { columns: ReadonlySet<string>; rows: readonly Row[] }

const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/
const UNIT = /^[A-Za-z0-9 /-]+$/

const isMap = (text: string): boolean => {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  } catch {
    return false
  }
}

/** For a cell that is not null. */
const OF_CELL: Record<string, (text: string) => boolean> = {
  TypeString: (text) => text !== '',
  TypeDecimal: (text) => NUMBER.test(text),
  TypeDateTime: (text) => DATE.test(text) && !Number.isNaN(Date.parse(text)),
  FormatString: (text) => text.trim() === text && text !== '',
  FormatNumeric: (text) => NUMBER.test(text),
  FormatDateTime: (text) => DATE.test(text),
  FormatUnit: (text) => UNIT.test(text),
  FormatKeyValue: isMap,
  FormatCurrency: (text) => /^[A-Z]{3}$/.test(text),
  CheckNationalCurrency: (text) => CURRENCIES.has(text),
  CheckDecimalValue: (text) => NUMBER.test(text),
}

const micros = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const units = BigInt(whole + fraction.padEnd(12, '0').slice(0, 12))
  return text.startsWith('-') ? -units : units
}

export function holds(check: Check, row: Row, data: Dataset, supported: ReadonlySet<string>): boolean {
  const { CheckFunction: name = '', ColumnName: column = '' } = check
  const items = check.Items ?? []
  const cell = (of: string) => row[of] ?? null
  if (name === '') return true
  if (name === 'AND') return items.every((one) => holds(one, row, data, supported))
  if (name === 'OR') return items.some((one) => holds(one, row, data, supported))
  if (name === 'CheckModelRule') return rowPasses(check.ModelRuleId ?? '', row, data, supported)
  if (name === 'ColumnPresent') return data.columns.has(column)
  if (name === 'CheckSameValue') return cell(check.ColumnAName ?? '') === cell(check.ColumnBName ?? '')
  if (name === 'CheckNotSameValue') return cell(check.ColumnAName ?? '') !== cell(check.ColumnBName ?? '')
  if (name === 'CheckValue') return cell(column) === (check.Value === null ? null : String(check.Value))
  if (name === 'CheckNotValue') return cell(column) !== (check.Value === null ? null : String(check.Value))
  const text = cell(column)
  if (name === 'CheckGreaterOrEqualThanValue') return text === null || Number(text) >= Number(check.Value)
  if (name === 'ColumnByColumnEqualsColumnValue') {
    const [a, b, result] = [check.ColumnAName, check.ColumnBName, check.ResultColumnName].map((one) =>
      cell(one ?? ''),
    )
    if (a == null || b == null || result == null) return true
    return micros(a) * micros(b) === micros(result) * 10n ** 12n
  }
  if (name === 'CheckDistinctCount') return true
  const ofCell = OF_CELL[name]
  if (ofCell === undefined) throw new Error(`The check ${name} is not known`)
  return text === null || ofCell(text)
}

const MUST = new Set(['MUST', 'MUST NOT'])

/** Whether the rule applies to such data: it is mandatory, a machine can check it, and its column exists. */
export function isApplicable(id: string, data: Dataset, supported: ReadonlySet<string>): boolean {
  const rule = RULES[id]
  if (rule === undefined) throw new Error(`There is no rule ${id}`)
  const { Keyword } = rule.ValidationCriteria
  if (rule.Status !== 'Active' || rule.Type !== 'Static' || !MUST.has(Keyword)) return false
  if (!rule.ApplicabilityCriteria.every((one) => supported.has(one))) return false
  return rule.Function === 'Presence' || rule.EntityType !== 'Column' || data.columns.has(rule.Reference)
}

function rowPasses(id: string, row: Row, data: Dataset, supported: ReadonlySet<string>): boolean {
  if (!isApplicable(id, data, supported)) return true
  const { Requirement, Condition } = RULES[id]?.ValidationCriteria ?? { Requirement: {}, Condition: {} }
  return !holds(Condition, row, data, supported) || holds(Requirement, row, data, supported)
}

function distinctCounts(id: string, { rows }: Dataset): boolean {
  const check = RULES[id]?.ValidationCriteria.Requirement
  if (check?.CheckFunction !== 'CheckDistinctCount') return true
  const { ColumnAName = '', ColumnBName = '', ExpectedCount = 1 } = check
  const seen = new Map<string, Set<string | null>>()
  for (const row of rows) {
    const [a, b] = [row[ColumnAName] ?? null, row[ColumnBName] ?? null]
    if (a !== null) seen.set(a, (seen.get(a) ?? new Set()).add(b))
  }
  return [...seen.values()].every((values) => values.size === ExpectedCount)
}

/** The violated rules, each with its text and the first row that violates it. */
export function brokenRules(
  data: Dataset,
  supported: ReadonlySet<string>,
): { checked: number; broken: string[] } {
  const ids = Object.keys(RULES).filter(
    (id) => isApplicable(id, data, supported) && RULES[id]?.Function !== 'Composite',
  )
  const broken = ids.flatMap((id) => {
    const at = data.rows.findIndex((row) => !rowPasses(id, row, data, supported))
    if (at === -1 && distinctCounts(id, data)) return []
    return [
      `${id}: ${RULES[id]?.ValidationCriteria.MustSatisfy} Row ${at}: ${JSON.stringify(data.rows[at])?.slice(0, 300)}`,
    ]
  })
  return { checked: ids.length, broken }
}
