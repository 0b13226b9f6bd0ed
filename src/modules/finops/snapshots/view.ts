import { toIso } from '../../../core/clock.ts'
import type { SnapshotKey } from './key.ts'

type Row = SnapshotKey & {
  id: string
  teamId: string
  model: string
  agentId: string
  workflowId: string
  runId: string
  userId: string
  labels: Record<string, string>
  version: number
  createdAt: number
  updatedAt: number
}

const orNull = (text: string): string | null => (text === '' ? null : text)

export const viewKey = (row: Row) => ({
  id: row.id,
  teamId: row.teamId,
  date: row.date,
  provider: row.provider,
  gpuType: orNull(row.gpuType),
  service: orNull(row.service),
  resource: orNull(row.resource),
  source: row.source,
  line: orNull(row.line),
})

export const viewDimensions = (row: Row) => ({
  model: orNull(row.model),
  agentId: orNull(row.agentId),
  workflowId: orNull(row.workflowId),
  runId: orNull(row.runId),
  userId: orNull(row.userId),
  labels: row.labels,
  version: row.version,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})
