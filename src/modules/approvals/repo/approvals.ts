// Approvals as their runs have reported them. A row may be a moment behind: the run's object is authoritative.
import type { Reader } from '../../../context.ts'
import { decodeCursor } from '../../../core/cursor.ts'
import { columns, type HotRead, hotList, hotRead } from '../../../db/hot-read.ts'
import type { approvals } from '../../../db/schema/index.ts'
import type { Stored } from '../../../db/stored.ts'
import type { Approval, ListApprovals } from '../schema.ts'

export type ApprovalRow = Pick<
  Stored<typeof approvals.$inferSelect>,
  | 'id'
  | 'teamId'
  | 'runId'
  | 'workflowId'
  | 'path'
  | 'title'
  | 'message'
  | 'form'
  | 'assignees'
  | 'quorum'
  | 'allowSelf'
  | 'decisions'
  | 'startedBy'
  | 'starters'
  | 'createdAt'
  | 'expiresAt'
  | 'decidedAt'
> & {
  status: Approval['status']
  /** 1 if only the people who started the run may decide in the team. */
  alone: number
  /** The assignees that are not members of the team who may decide. */
  unknown: string
}

export const MAY_RUN = "IN ('member', 'admin', 'owner')"

/** Requiring a second person makes no sense if there is no second person. */
const ALONE = `NOT EXISTS (SELECT 1 FROM team_members am JOIN users au ON au.id = am.user_id AND au.status = 'active'
  WHERE am.team_id = a.team_id AND am.role ${MAY_RUN} AND am.user_id NOT IN (SELECT value FROM json_each(a.starters)))`

const UNKNOWN = `(SELECT json_group_array(aj.value) FROM json_each(a.assignees) aj WHERE NOT EXISTS (
  SELECT 1 FROM users au JOIN team_members am ON am.team_id = a.team_id AND am.user_id = au.id AND am.role ${MAY_RUN}
  WHERE au.status = 'active' AND (au.id = aj.value OR (au.email = lower(aj.value) AND au.email_verified_at IS NOT NULL))))`

export const COLUMNS = columns<ApprovalRow>({
  id: 'a.id',
  teamId: 'a.team_id',
  runId: 'a.run_id',
  workflowId: 'a.workflow_id',
  path: 'a.path',
  status: 'a.status',
  title: 'a.title',
  message: 'a.message',
  form: 'a.form',
  assignees: 'a.assignees',
  quorum: 'a.quorum',
  allowSelf: 'a.allow_self',
  decisions: 'a.decisions',
  startedBy: 'a.started_by',
  starters: 'a.starters',
  alone: ALONE,
  unknown: UNKNOWN,
  createdAt: 'a.created_at',
  expiresAt: 'a.expires_at',
  decidedAt: 'a.decided_at',
})

/** The same rule as `mayDecide`. */
const MINE = `(a.allow_self = 1 OR ? NOT IN (SELECT value FROM json_each(a.starters)) OR ${ALONE}) AND (a.assignees = '[]' OR EXISTS (
  SELECT 1 FROM json_each(a.assignees) j WHERE j.value = ?
    OR lower(j.value) = (SELECT u.email FROM users u WHERE u.id = ? AND u.email_verified_at IS NOT NULL)))`

type ApprovalReader = Pick<Reader, 'userId' | 'teamId'> & Partial<Reader>
const TEAMS = 'SELECT m.team_id FROM team_members m WHERE m.user_id = ?'

type Filter = Pick<ListApprovals, 'status' | 'mine' | 'workflowId' | 'runId'>

export function findApprovals(reader: ApprovalReader, query: ListApprovals): HotRead<ApprovalRow> {
  const { where, params } = conditions(reader, query)
  const descending = query.sort.startsWith('-')
  if (query.cursor !== undefined) {
    const at = decodeCursor(query.cursor, query.sort)
    where.push(`(a.created_at, a.id) ${descending ? '<' : '>'} (?, ?)`)
    params.push(at.value, at.id)
  }
  const direction = descending ? 'DESC' : 'ASC'
  return hotList(
    COLUMNS,
    `FROM approvals a WHERE ${where.join(' AND ')} ORDER BY a.created_at ${direction}, a.id ${direction}`,
    params,
    query.limit + 1,
  )
}

export async function countApprovals(
  d1: D1Database,
  reader: ApprovalReader,
  filter: Filter,
): Promise<number> {
  const { where, params } = conditions(reader, filter)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM approvals a WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

function conditions(
  reader: ApprovalReader,
  filter: Filter,
): { where: string[]; params: (string | number)[] } {
  const spans = filter.mine === true && reader.anyTeam === true
  const where = [spans ? `a.team_id IN (${TEAMS} AND m.role ${MAY_RUN})` : 'a.team_id = ?']
  const params: (string | number)[] = [spans ? reader.userId : reader.teamId]
  const equal: [string, string | undefined][] = [
    ['status', filter.status],
    ['workflow_id', filter.workflowId],
    ['run_id', filter.runId],
  ]
  for (const [column, value] of equal) {
    if (value === undefined) continue
    where.push(`a.${column} = ?`)
    params.push(value)
  }
  if (filter.mine === true) {
    where.push(MINE)
    params.push(reader.userId, reader.userId, reader.userId)
  }
  return { where, params }
}

export const findApproval = (reader: ApprovalReader, id: string): HotRead<ApprovalRow> =>
  reader.anyTeam === true
    ? hotRead(COLUMNS, `FROM approvals a WHERE a.id = ? AND a.team_id IN (${TEAMS})`, [id, reader.userId])
    : hotRead(COLUMNS, 'FROM approvals a WHERE a.id = ? AND a.team_id = ?', [id, reader.teamId])
