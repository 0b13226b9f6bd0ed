// The current state, for clients that have missed events that are no longer available.
import type { Json } from '../../../core/json.ts'
import { columns, hotRead, rowsOf } from '../../../db/hot-read.ts'

const MAX_RUNS = 100

const OPEN = "('queued', 'running', 'waiting', 'paused')"

type OpenRun = {
  id: string
  workflowId: string | null
  workflowName: string
  status: string
  progress: number
  title: string | null
  createdAt: number
}

const COLUMNS = columns<OpenRun>({
  id: 'r.id',
  workflowId: 'r.workflow_id',
  workflowName: 'r.workflow_name',
  status: 'r.status',
  progress: 'r.progress',
  title: 'r.title',
  createdAt: 'r.created_at',
})

/** The runs that have not ended, newest first. */
export async function findOpenRuns(d1: D1Database, teamId: string, workflowId: string | null): Promise<Json> {
  const where = workflowId === null ? 'r.team_id = ?1' : 'r.team_id = ?1 AND r.workflow_id = ?2'
  const rows = await rowsOf(
    d1,
    hotRead(
      COLUMNS,
      `FROM runs r WHERE ${where} AND r.deleted_at IS NULL AND r.status IN ${OPEN} ORDER BY r.created_at DESC LIMIT ${MAX_RUNS + 1}`,
      workflowId === null ? [teamId] : [teamId, workflowId],
    ),
  )
  const runs = rows.slice(0, MAX_RUNS).map(({ createdAt, ...run }) => ({
    ...run,
    createdAt: new Date(createdAt).toISOString(),
  }))
  return { runs, isTruncated: rows.length > MAX_RUNS }
}

export const isTaskOf = async (d1: D1Database, teamId: string, id: string): Promise<boolean> =>
  (await d1.prepare('SELECT 1 FROM tasks WHERE id = ? AND team_id = ?').bind(id, teamId).first()) !== null

export async function findWorkflowName(d1: D1Database, teamId: string, id: string): Promise<string | null> {
  const row = await d1
    .prepare('SELECT name FROM workflows WHERE id = ? AND team_id = ?')
    .bind(id, teamId)
    .first<{ name: string }>()
  return row?.name ?? null
}

/** The progress of a deployment; null if the team has no deployment with this id. */
export async function findDeploymentStatus(d1: D1Database, teamId: string, id: string): Promise<Json> {
  const row = await d1
    .prepare(
      `SELECT d.status, d.url, d.files_total AS total, d.files_changed AS changed, d.files_sent AS sent, d.bytes
       FROM deployments d WHERE d.id = ? AND d.team_id = ?`,
    )
    .bind(id, teamId)
    .first<{
      status: string
      url: string | null
      total: number
      changed: number
      sent: number
      bytes: number
    }>()
  if (row === null) return null
  const { status, url, ...files } = row
  return { deployment: { id, status, url, files } }
}
