// The columns that costs and usage share.
import { and, eq, type SQL } from 'drizzle-orm'
import type { costSnapshots, usageSnapshots } from '../../../db/schema/index.ts'
import type { SnapshotKey } from './key.ts'

export const KEY_COLUMN_NAMES = {
  id: 'id',
  teamId: 'team_id',
  date: 'date',
  provider: 'provider',
  gpuType: 'gpu_type',
  service: 'service',
  resource: 'resource',
  source: 'source',
  line: 'line',
} as const

export const DIMENSION_COLUMNS = {
  model: 'model',
  agentId: 'agent_id',
  workflowId: 'workflow_id',
  runId: 'run_id',
  userId: 'user_id',
  labels: 'labels',
} as const

export const TIME_COLUMNS = { version: 'version', createdAt: 'created_at', updatedAt: 'updated_at' } as const

export const snapshotKeyCondition = (
  table: typeof costSnapshots | typeof usageSnapshots,
  teamId: string,
  key: SnapshotKey,
): SQL | undefined =>
  and(
    eq(table.teamId, teamId),
    eq(table.date, key.date),
    eq(table.provider, key.provider),
    eq(table.gpuType, key.gpuType),
    eq(table.service, key.service),
    eq(table.resource, key.resource),
    eq(table.source, key.source),
    eq(table.line, key.line),
  )
