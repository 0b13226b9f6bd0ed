import { column, exportList } from '../../db/export-list.ts'

const gpuJobs = exportList({
  name: 'gpuJobs',
  of: 'owned',
  at: ['j.created_at', 'j.id'],
  start: [0, ''],
  from: 'gpu_jobs j',
  where: 'j.team_id = ?2',
  size: '2000 + length(j.notes) + length(j.labels)',
  columns: {
    id: column.text('j.id'),
    teamId: column.text('j.team_id'),
    externalId: column.textOrNull('j.external_id'),
    provider: column.text('j.provider'),
    gpuType: column.text('j.gpu_type'),
    gpuCount: column.number('j.gpu_count'),
    modelName: column.text('j.model_name'),
    status: column.text('j.status'),
    startedAt: column.timeOrNull('j.started_at'),
    finishedAt: column.timeOrNull('j.finished_at'),
    priceUsd: column.numberOrNull('j.price_micro_usd / 1000000.0'),
    region: column.text('j.region'),
    labels: column.json('j.labels'),
    runId: column.textOrNull('j.run_id'),
    notes: column.text('j.notes'),
    createdAt: column.time('j.created_at'),
    updatedAt: column.time('j.updated_at'),
    deletedAt: column.timeOrNull('j.deleted_at'),
  },
})

const snapshotColumns = {
  id: column.text('s.id'),
  teamId: column.text('s.team_id'),
  date: column.text('s.date'),
  provider: column.text('s.provider'),
  gpuType: column.text('s.gpu_type'),
  service: column.text('s.service'),
  resource: column.text('s.resource'),
  source: column.text('s.source'),
  line: column.text('s.line'),
}

const costs = exportList({
  name: 'costs',
  of: 'owned',
  at: ['s.date', 's.id'],
  start: ['', ''],
  from: 'cost_snapshots s',
  where: 's.team_id = ?2',
  size: "2000 + length(s.labels) + length(coalesce(s.focus, ''))",
  columns: {
    ...snapshotColumns,
    costUsd: column.number('s.cost_micro_usd / 1000000.0'),
    effectiveCostUsd: column.numberOrNull('s.effective_micro_usd / 1000000.0'),
    listCostUsd: column.numberOrNull('s.list_micro_usd / 1000000.0'),
    currency: column.text('s.currency'),
    cost: column.number('s.original_micro / 1000000.0'),
    labels: column.json('s.labels'),
    focus: column.json('s.focus'),
    createdAt: column.time('s.created_at'),
    updatedAt: column.time('s.updated_at'),
  },
})

const hours = exportList({
  name: 'gpuUsage',
  of: 'owned',
  at: ['s.date', 's.id'],
  start: ['', ''],
  from: 'usage_snapshots s',
  where: 's.team_id = ?2',
  size: '2000 + length(s.labels)',
  columns: {
    ...snapshotColumns,
    hours: column.number('s.micro_hours / 1000000.0'),
    quantity: column.numberOrNull('s.quantity'),
    unit: column.textOrNull('s.unit'),
    labels: column.json('s.labels'),
    createdAt: column.time('s.created_at'),
    updatedAt: column.time('s.updated_at'),
  },
})

export const finopsExport = [gpuJobs, costs, hours]
