import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import type { DeploymentRow } from '../repo/deployments.ts'
import type { LogRow } from '../repo/logs.ts'
import type { Deployment, DeploymentLogLine, Settings } from '../schema.ts'

export const toDeployment = (row: DeploymentRow): Deployment => ({
  id: row.id,
  platform: row.platform,
  project: row.project,
  integrationId: row.integrationId,
  environment: row.environment,
  action: row.action,
  status: row.status,
  url: row.url,
  aliases: JSON.parse(row.aliases) as string[],
  platformId: row.platformId,
  source: JSON.parse(row.source) as unknown,
  settings: JSON.parse(row.settings) as Settings,
  message: row.message,
  files: { total: row.filesTotal, changed: row.filesChanged, sent: row.filesSent, bytes: row.bytes },
  warnings: JSON.parse(row.warnings) as string[],
  runId: row.runId,
  basedOn: row.basedOn,
  rollbackOf: row.action === 'rollback' ? row.basedOn : null,
  error: row.error === null ? null : (JSON.parse(row.error) as Deployment['error']),
  createdBy: row.createdBy,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
  readyAt: toIsoOrNull(row.readyAt),
  finishedAt: toIsoOrNull(row.finishedAt),
  durationMs: row.finishedAt === null ? null : row.finishedAt - row.createdAt,
})

export const toLogLine = ({ seq, at, level, message, file, bytes }: LogRow): DeploymentLogLine => ({
  seq,
  at: toIso(at),
  level,
  message,
  ...(file === null ? {} : { file }),
  ...(bytes === null ? {} : { bytes }),
})
