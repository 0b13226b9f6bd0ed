// The SQL that reads and writes a page of rows at once. Rows are bound as arrays of cells, which are shorter than objects and read faster.
// `sums` adds to rows that the same import has written: equal lines of one file.
import { type Statement, statement } from '../../../../db/statement.ts'
import type { CostAmounts } from '../../costs/amounts.ts'
import { KEY_COLUMNS, type SnapshotKey } from '../../snapshots/key.ts'
import type { UsageAmounts } from '../../usage/amounts.ts'
import type { TransferKind } from '../columns.ts'

type Dimensions = Record<'model' | 'agentId' | 'workflowId' | 'runId' | 'userId', string>

type Shared = SnapshotKey & Dimensions & { id: string; labels: Record<string, string> }

export type CostWrite = Shared & CostAmounts & { focus: Record<string, string> | null }
export type UsageWrite = Shared & UsageAmounts

const KEY_FIELDS = ['date', 'provider', 'gpuType', 'service', 'resource', 'source', 'line'] as const
const KEY_COLUMNS_OF_ROW = KEY_COLUMNS.split(', ').slice(1).join(', ')
const DIMENSIONS = {
  model: 'model',
  agentId: 'agent_id',
  workflowId: 'workflow_id',
  runId: 'run_id',
  userId: 'user_id',
}
const COST_AMOUNTS = {
  costMicroUsd: 'cost_micro_usd',
  effectiveMicroUsd: 'effective_micro_usd',
  listMicroUsd: 'list_micro_usd',
  originalMicro: 'original_micro',
  originalEffectiveMicro: 'original_effective_micro',
  originalListMicro: 'original_list_micro',
}
/** The meaning of a null amount. */
const STANDS_FOR: Record<string, string> = {
  effective_micro_usd: 'cost_micro_usd',
  list_micro_usd: 'cost_micro_usd',
  original_effective_micro: 'original_micro',
  original_list_micro: 'original_micro',
}
const USAGE_AMOUNTS = { microHours: 'micro_hours', quantity: 'quantity', unit: 'unit', tokens: 'tokens' }

const cellsOf = <Row extends object>(rows: readonly Row[], names: readonly string[]): string =>
  JSON.stringify(rows.map((row) => names.map((name) => (row as Record<string, unknown>)[name])))

const cell = (names: readonly string[], name: string): string => `r.value ->> ${names.indexOf(name)}`

type Upsert = {
  table: string
  /** Our field: the column. */
  columns: Record<string, string>
  /** Fields that are stored as JSON, in columns of the same names. */
  jsons: string[]
  changed: (column: string) => string
  where: string
}

function upsert<Row extends object>(
  { table, columns, jsons, changed, where }: Upsert,
  rows: Row[],
  { teamId, importId, now }: { teamId: string; importId: string; now: number },
): Statement {
  const names = ['id', ...KEY_FIELDS, ...Object.keys(columns), ...jsons]
  const own = [...Object.values(columns), ...jsons]
  const read = (name: string): string =>
    jsons.includes(name) ? `json_extract(r.value, '$[${names.indexOf(name)}]')` : cell(names, name)
  const sets = own.map((column) => `${column} = ${changed(column)}`)
  return statement(
    `INSERT INTO ${table} (team_id, id, ${KEY_COLUMNS_OF_ROW}, ${own.join(', ')}, import_id, created_at, updated_at)
     SELECT ?2, ${names.map(read).join(', ')}, ?4, ?3, ?3 FROM json_each(?1) r WHERE true
     ON CONFLICT (${KEY_COLUMNS}) DO UPDATE SET ${sets.join(', ')}, import_id = excluded.import_id, version = ${table}.version + 1,
       updated_at = excluded.updated_at ${where}`,
    cellsOf(rows, names),
    teamId,
    now,
    importId,
  )
}

/** Rows that are already correct are not touched. */
const onlyChanged = (table: string, columns: string[]): string =>
  `WHERE ${columns.map((column) => `${table}.${column} IS NOT excluded.${column}`).join(' OR ')}`

export function upsertCosts(
  teamId: string,
  rows: CostWrite[],
  { sums, importId, now }: { sums: boolean; importId: string; now: number },
): Statement {
  const table = 'cost_snapshots'
  const columns = { currency: 'currency', ...COST_AMOUNTS, ...DIMENSIONS }
  const jsons = ['labels', 'focus']
  const amounts = new Set(Object.values(COST_AMOUNTS))
  const changed = (column: string): string => {
    if (!sums || !amounts.has(column)) return `excluded.${column}`
    const base = STANDS_FOR[column]
    const of = (row: string) =>
      base === undefined ? `${row}.${column}` : `coalesce(${row}.${column}, ${row}.${base})`
    const bothNull =
      base === undefined ? '' : `AND (${table}.${column} IS NOT NULL OR excluded.${column} IS NOT NULL) `
    return `CASE WHEN ${table}.import_id = excluded.import_id ${bothNull}THEN ${of(table)} + ${of('excluded')} ELSE excluded.${column} END`
  }
  const where = sums ? '' : onlyChanged(table, [...Object.values(columns), ...jsons])
  return upsert({ table, columns, jsons, changed, where }, rows, {
    teamId,
    importId: sums ? importId : '',
    now,
  })
}

export function upsertUsage(teamId: string, rows: UsageWrite[], now: number): Statement {
  const table = 'usage_snapshots'
  const columns = { ...USAGE_AMOUNTS, ...DIMENSIONS }
  const where = onlyChanged(table, [...Object.values(columns), 'labels'])
  const changed = (column: string): string => `excluded.${column}`
  return upsert({ table, columns, jsons: ['labels'], changed, where }, rows, { teamId, importId: '', now })
}

/** `focus`: the other columns of a FOCUS line that this import wrote on an earlier page. */
export type Known = { at: number; id: string; amount: number; focus: string | null }

/** Which rows of a page exist, and with which amounts. */
export async function findKnown(
  d1: D1Database,
  kind: TransferKind,
  { teamId, importId }: { teamId: string; importId: string },
  keys: SnapshotKey[],
): Promise<Known[]> {
  const [table, amount, focus] =
    kind === 'costs'
      ? ['cost_snapshots', 'cost_micro_usd', 's.focus']
      : ['usage_snapshots', 'micro_hours', 'NULL']
  const same = KEY_COLUMNS_OF_ROW.split(', ').map((column, at) => `s.${column} = r.value ->> ${at}`)
  const { results } = await d1
    .prepare(
      `SELECT r.key AS at, s.id, s.${amount} AS amount, CASE WHEN s.import_id = ?3 THEN ${focus} END AS focus
       FROM json_each(?1) r CROSS JOIN ${table} s ON s.team_id = ?2 AND ${same.join(' AND ')}`,
    )
    .bind(cellsOf(keys, KEY_FIELDS), teamId, importId)
    .all<Known>()
  return results
}
