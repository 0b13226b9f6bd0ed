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

const SEARCHED = ['provider', 'service', 'resource', 'gpu_type', 'source'].join(' || char(10) || ')

export const searchCondition = (q: string, bind: Bind): string =>
  `instr(lower(${SEARCHED}), ${bind(q.toLowerCase())}) > 0`
