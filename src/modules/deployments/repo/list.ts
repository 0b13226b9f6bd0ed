// The list of deployments, with its filters.
import type { HotRead } from '../../../db/hot-read.ts'
import { keysetRead, type ListOptions } from '../../../db/paginate.ts'
import { COLUMNS, type DeploymentRow } from './deployments.ts'

export type DeploymentFilter = {
  platform?: string | undefined
  project?: string | undefined
  status?: readonly string[] | undefined
  environment?: string | undefined
  integrationId?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

function conditionsOf(teamId: string, filter: DeploymentFilter): { where: string[]; params: string[] } {
  const where = ['d.team_id = ?1']
  const params = [teamId]
  const add = (condition: (mark: string) => string, value: string | undefined): void => {
    if (value === undefined) return
    params.push(value)
    where.push(condition(`?${params.length}`))
  }
  add((mark) => `d.platform = ${mark}`, filter.platform)
  add((mark) => `d.project = ${mark}`, filter.project)
  add((mark) => `d.environment = ${mark}`, filter.environment)
  add((mark) => `d.integration_id = ${mark}`, filter.integrationId)
  add(
    (mark) => `d.status IN (SELECT value FROM json_each(${mark}))`,
    filter.status === undefined ? undefined : JSON.stringify(filter.status),
  )
  add((mark) => `d.created_at >= CAST(${mark} AS INTEGER)`, msOf(filter.from))
  add((mark) => `d.created_at < CAST(${mark} AS INTEGER)`, msOf(filter.to))
  return { where, params }
}

const msOf = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : String(Date.parse(time))

export const findDeployments = (
  teamId: string,
  filter: DeploymentFilter,
  options: ListOptions,
): HotRead<DeploymentRow> =>
  keysetRead(
    COLUMNS,
    { from: 'deployments d', ...conditionsOf(teamId, filter), column: 'd.created_at', id: 'd.id' },
    options,
  )

export async function countDeployments(
  d1: D1Database,
  teamId: string,
  filter: DeploymentFilter,
): Promise<number> {
  const { where, params } = conditionsOf(teamId, filter)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM deployments d WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export type FoundDeployment = Pick<
  DeploymentRow,
  'id' | 'project' | 'platform' | 'environment' | 'status' | 'createdAt'
>

/** Searches only the newest deployments, so that the cost does not grow with the team. A full id finds one of any age. */
const SEARCHED_DEPLOYMENTS = 2_000

/** `text` in lower case (`sqlLower`). */
export async function searchDeployments(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundDeployment[]> {
  const columns = 'id, project, platform, environment, status, created_at AS createdAt'
  const { results } = await d1
    .prepare(
      `SELECT ${columns} FROM deployments WHERE id = ?2 AND team_id = ?1
       UNION ALL
       SELECT * FROM (
         SELECT * FROM (SELECT ${columns} FROM deployments WHERE team_id = ?1
           ORDER BY created_at DESC, id DESC LIMIT ${SEARCHED_DEPLOYMENTS}) newest
         WHERE id <> ?2 AND (instr(lower(project), ?2) > 0 OR (length(?2) >= 4 AND substr(id, -length(?2)) = ?2))
         LIMIT ?3)
       LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundDeployment>()
  return results
}
