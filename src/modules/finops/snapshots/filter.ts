// The conditions of a filter. All of them except resource, source, run and label also work for rolled-up days.
import { labelCondition } from '../labels-repo.ts'
import type { SnapshotFilter } from './schema.ts'

/** Adds a parameter to a statement and returns its placeholder. */
export type Bind = (value: string | number) => string

export function binder(): { params: (string | number)[]; bind: Bind } {
  const params: (string | number)[] = []
  return { params, bind: (value) => `?${params.push(value)}` }
}

const COLUMNS: Partial<Record<keyof SnapshotFilter, string>> = {
  team: 'team_id',
  provider: 'provider',
  gpuType: 'gpu_type',
  service: 'service',
  resource: 'resource',
  source: 'source',
  model: 'model',
  agent: 'agent_id',
  workflow: 'workflow_id',
  run: 'run_id',
  user: 'user_id',
}

/** Filters that need the rows. */
export const needsRows = ({ resource, source, run, label }: SnapshotFilter): boolean =>
  [resource, source, run, label].some((value) => value !== undefined)

export function conditionsOf(teamId: string, filter: SnapshotFilter, bind: Bind): string[] {
  const where = [`team_id = ${bind(teamId)}`]
  if (filter.from !== undefined) where.push(`date >= ${bind(filter.from)}`)
  if (filter.to !== undefined) where.push(`date <= ${bind(filter.to)}`)
  for (const [name, column] of Object.entries(COLUMNS)) {
    const value = filter[name as keyof SnapshotFilter]
    if (value !== undefined) where.push(`${column} = ${bind(value)}`)
  }
  if (filter.label !== undefined) where.push(labelCondition('labels', filter.label, bind))
  return where
}

type Table = 'cost_snapshots' | 'usage_snapshots'

/** These filters match few rows, and all of their columns are in the index of the key. */
const isSelective = ({
  gpuType,
  service,
  resource,
  source,
  q,
}: SnapshotFilter & { q?: string | undefined }) =>
  [gpuType, service, resource, source, q].some((value) => value !== undefined)

/**
 * The table to list. The index of the key is ordered by date, too. With a selective filter, it is scanned instead of the index of the date, so that
 * only rows that match are read from the table. The planner does not choose it, because it knows nothing about the values.
 */
export const listedTable = (table: Table, filter: SnapshotFilter & { q?: string | undefined }): string =>
  isSelective(filter) ? `${table} INDEXED BY ${table}_key` : table

const SEARCHED = ['provider', 'service', 'resource', 'gpu_type', 'source'].join(' || char(10) || ')

export const searchCondition = (q: string, bind: Bind): string =>
  `instr(lower(${SEARCHED}), ${bind(q.toLowerCase())}) > 0`
