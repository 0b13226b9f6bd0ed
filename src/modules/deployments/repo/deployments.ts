// Invariant: the run of a deployment cannot change it after it has ended. Every write of a step requires an open
// status.
import { DAY_MS } from '../../../core/clock.ts'
import { columns, type HotRead, hotRead, rowsOf } from '../../../db/hot-read.ts'
import type { deployments } from '../../../db/schema/index.ts'
import { type Statement, statement } from '../../../db/statement.ts'
import type { Stored } from '../../../db/stored.ts'

export type DeploymentRow = Stored<typeof deployments.$inferSelect>

const NAMES: Record<keyof DeploymentRow & string, string> = {
  id: 'd.id',
  teamId: 'd.team_id',
  platform: 'd.platform',
  project: 'd.project',
  integrationId: 'd.integration_id',
  environment: 'd.environment',
  target: 'd.target',
  action: 'd.action',
  basedOn: 'd.based_on',
  status: 'd.status',
  url: 'd.url',
  aliases: 'd.aliases',
  platformId: 'd.platform_id',
  source: 'd.source',
  settings: 'd.settings',
  message: 'd.message',
  whenBusy: 'd.when_busy',
  filesTotal: 'd.files_total',
  filesChanged: 'd.files_changed',
  filesSent: 'd.files_sent',
  bytes: 'd.bytes',
  warnings: 'd.warnings',
  error: 'd.error',
  state: 'd.state',
  runId: 'd.run_id',
  createdBy: 'd.created_by',
  createdAt: 'd.created_at',
  updatedAt: 'd.updated_at',
  publishedAt: 'd.published_at',
  readyAt: 'd.ready_at',
  finishedAt: 'd.finished_at',
}

export const COLUMNS = columns<DeploymentRow>(NAMES)

export const OPEN = "('queued', 'preparing', 'uploading', 'processing')"

export const findDeployment = (teamId: string, id: string): HotRead<DeploymentRow> =>
  hotRead(COLUMNS, 'FROM deployments d WHERE d.id = ?1 AND d.team_id = ?2', [id, teamId])

/** The last successful deployment of this target, which is the published one. */
export const findPublished = (teamId: string, target: string): HotRead<DeploymentRow> =>
  hotRead(
    COLUMNS,
    `FROM deployments d WHERE d.team_id = ?1 AND d.target = ?2 AND d.ready_at IS NOT NULL
     ORDER BY d.ready_at DESC, d.id DESC LIMIT 1`,
    [teamId, target],
  )

export type NewDeployment = Pick<
  DeploymentRow,
  | 'id'
  | 'teamId'
  | 'platform'
  | 'project'
  | 'integrationId'
  | 'environment'
  | 'target'
  | 'action'
  | 'basedOn'
  | 'source'
  | 'settings'
  | 'message'
  | 'whenBusy'
  | 'runId'
  | 'createdBy'
>

/** The guard of a creation: an existing id changes nothing. */
export const insertDeployment = (row: NewDeployment, now: number): Statement =>
  statement(
    `INSERT INTO deployments (id, team_id, platform, project, integration_id, environment, target, action, based_on, status,
       source, settings, message, when_busy, run_id, created_by, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
    row.id,
    row.teamId,
    row.platform,
    row.project,
    row.integrationId,
    row.environment,
    row.target,
    row.action,
    row.basedOn,
    row.source,
    row.settings,
    row.message,
    row.whenBusy,
    row.runId,
    row.createdBy,
    now,
    now,
  )

export type Changes = Partial<
  Pick<
    DeploymentRow,
    | 'status'
    | 'url'
    | 'aliases'
    | 'platformId'
    | 'filesTotal'
    | 'filesChanged'
    | 'filesSent'
    | 'bytes'
    | 'warnings'
    | 'error'
    | 'state'
    | 'publishedAt'
    | 'readyAt'
    | 'finishedAt'
  >
>

/** `open`: only while it has not ended. `any`: also afterwards, when a person asks the platform again. */
export function updateDeployment(
  teamId: string,
  id: string,
  changes: Changes,
  now: number,
  when: 'open' | 'any' = 'open',
): Statement {
  const names = Object.keys(changes) as (keyof Changes)[]
  const sets = names.map((name) => `${NAMES[name].slice(2)} = ?`)
  return statement(
    `UPDATE deployments SET ${[...sets, 'updated_at = ?'].join(', ')} WHERE id = ? AND team_id = ?${when === 'open' ? ` AND status IN ${OPEN}` : ''}`,
    ...names.map((name) => changes[name]),
    now,
    id,
    teamId,
  )
}

/** The run has another id than planned. */
export const setDeploymentRun = (teamId: string, id: string, runId: string): Statement =>
  statement(
    `UPDATE deployments SET run_id = ?3 WHERE id = ?2 AND team_id = ?1 AND status IN ${OPEN}`,
    teamId,
    id,
    runId,
  )

/** The guard of a deletion: only if it has ended. */
export const deleteDeployment = (teamId: string, id: string): Statement =>
  statement(`DELETE FROM deployments WHERE id = ? AND team_id = ? AND status NOT IN ${OPEN}`, id, teamId)

/** Longer than any deployment takes. */
const MAX_AGE_MS = 2 * DAY_MS

/** What platforms have stored for other deployments with this integration since that time, as JSON. */
export async function findOtherStates(
  d1: D1Database,
  { id, teamId, integrationId }: Pick<DeploymentRow, 'id' | 'teamId' | 'integrationId'>,
  since: number,
): Promise<string[]> {
  const { results } = await d1
    .prepare(
      `SELECT state FROM deployments
       WHERE integration_id = ?1 AND team_id = ?2 AND created_at > ?3 - ${MAX_AGE_MS} AND updated_at > ?3 AND id <> ?4`,
    )
    .bind(integrationId, teamId, since, id)
    .all<{ state: string }>()
  return results.map(({ state }) => state)
}

/** The figures that count after the deployment is deleted. Must come before its files are deleted. */
export const insertDeleted = ({
  id,
  teamId,
  integrationId,
  createdAt,
  publishedAt,
}: DeploymentRow): Statement =>
  statement(
    `INSERT INTO deleted_deployments (id, team_id, integration_id, created_at, published, uploads)
     SELECT ?1, ?2, ?3, ?4, ?5, count(*) FROM deployment_files WHERE deployment_id = ?1 AND state = 'sent'`,
    id,
    teamId,
    integrationId,
    createdAt,
    publishedAt === null ? 0 : 1,
  )

/**
 * The use of the integration since that time: published deployments and sent files, including those of failed or
 * deleted deployments.
 */
export async function countSince(
  d1: D1Database,
  { teamId, integrationId }: { teamId: string; integrationId: string },
  since: number,
  exceptId: string,
): Promise<{ deployments: number; uploads: number }> {
  const row = await d1
    .prepare(
      `SELECT coalesce(sum(published), 0) AS deployments, coalesce(sum(uploads), 0) AS uploads FROM (
         SELECT d.published_at IS NOT NULL AS published,
           (SELECT count(*) FROM deployment_files f WHERE f.deployment_id = d.id AND f.state = 'sent') AS uploads
         FROM deployments d WHERE d.integration_id = ?1 AND d.team_id = ?2 AND d.created_at > ?3 AND d.id <> ?4
         UNION ALL
         SELECT published, uploads FROM deleted_deployments WHERE integration_id = ?1 AND team_id = ?2 AND created_at > ?3)`,
    )
    .bind(integrationId, teamId, since, exceptId)
    .first<{ deployments: number; uploads: number }>()
  return row ?? { deployments: 0, uploads: 0 }
}

/** Open deployments without a write since that time. */
export const findSilent = (d1: D1Database, before: number, limit: number): Promise<DeploymentRow[]> =>
  rowsOf(
    d1,
    hotRead(
      COLUMNS,
      `FROM deployments d WHERE d.status IN ${OPEN} AND d.updated_at < ?1 ORDER BY d.updated_at LIMIT ?2`,
      [before, limit],
    ),
  )
