import { decodeCursor } from '../../../core/cursor.ts'
import { PLAN_LIMITS, type Plan } from '../../../core/plans.ts'
import { type Statement, statement } from '../../../db/commit.ts'
import { sqlLower } from '../../../db/sql-lower.ts'
import type { ListAgents, ListVersions } from './schema.ts'

export type AgentRow = {
  id: string
  name: string
  description: string
  type: string
  /** JSON. */
  config: string
  tags: string
  version: number
  createdBy: string
  createdAt: number
  updatedAt: number
}

const COLUMNS =
  'id, name, description, type, config, tags, version, created_by AS createdBy, created_at AS createdAt, updated_at AS updatedAt'

const SORTED = { createdAt: 'created_at', updatedAt: 'updated_at', name: 'name' } as const

function matching(teamId: string, { type, tag, q }: Pick<ListAgents, 'type' | 'tag' | 'q'>) {
  const params: (string | number)[] = [teamId]
  const where = ['team_id = ?1']
  const add = (value: string, condition: (place: string) => string) => {
    params.push(value)
    where.push(condition(`?${params.length}`))
  }
  if (type !== undefined) add(type, (at) => `type = ${at}`)
  if (tag !== undefined) add(tag, (at) => `EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ${at})`)
  for (const word of sqlLower(q ?? '')
    .split(/\s+/)
    .filter((one) => one !== '')
    .slice(0, 10))
    add(
      word,
      (at) =>
        `instr(lower(name || char(10) || description || char(10) || (config ->> 'instructions')), ${at}) > 0`,
    )
  return { params, where }
}

export async function findAgents(d1: D1Database, teamId: string, query: ListAgents): Promise<AgentRow[]> {
  const { params, where } = matching(teamId, query)
  const field = query.sort.replace('-', '') as keyof typeof SORTED
  const isDown = query.sort.startsWith('-')
  if (query.cursor !== undefined) {
    const at = decodeCursor(query.cursor, query.sort)
    params.push(at.value, at.id)
    where.push(`(${SORTED[field]}, id) ${isDown ? '<' : '>'} (?${params.length - 1}, ?${params.length})`)
  }
  const direction = isDown ? 'DESC' : 'ASC'
  params.push(query.limit + 1)
  const { results } = await d1
    .prepare(
      `SELECT ${COLUMNS} FROM agents WHERE ${where.join(' AND ')}
       ORDER BY ${SORTED[field]} ${direction}, id ${direction} LIMIT ?${params.length}`,
    )
    .bind(...params)
    .all<AgentRow>()
  return results
}

export async function countAgents(
  d1: D1Database,
  teamId: string,
  query: Pick<ListAgents, 'type' | 'tag' | 'q'> = {},
): Promise<number> {
  const { params, where } = matching(teamId, query)
  const row = await d1
    .prepare(`SELECT count(*) AS n FROM agents WHERE ${where.join(' AND ')}`)
    .bind(...params)
    .first<{ n: number }>()
  return row?.n ?? 0
}

export const findAgent = (d1: D1Database, teamId: string, id: string): Promise<AgentRow | null> =>
  d1
    .prepare(`SELECT ${COLUMNS} FROM agents WHERE id = ?1 AND team_id = ?2`)
    .bind(id, teamId)
    .first<AgentRow>()

export async function findAgentsById(
  d1: D1Database,
  teamId: string,
  ids: readonly string[],
): Promise<AgentRow[]> {
  const { results } = await d1
    .prepare(`SELECT ${COLUMNS} FROM agents WHERE team_id = ?1 AND id IN (SELECT value FROM json_each(?2))`)
    .bind(teamId, JSON.stringify(ids))
    .all<AgentRow>()
  return results
}

export type AgentContent = Pick<AgentRow, 'name' | 'description' | 'type' | 'config' | 'tags'>

/** A guard: of two agents that are created at the same time, only one gets the last place. */
export const insertAgent = (
  agent: AgentContent & { id: string; teamId: string; createdBy: string; createdAt: number },
  plan: Plan,
): Statement =>
  statement(
    `INSERT INTO agents (id, team_id, name, description, type, config, tags, version, created_by, created_at, updated_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?9
     WHERE ?10 IS NULL OR (SELECT count(*) FROM agents WHERE team_id = ?2) < ?10`,
    agent.id,
    agent.teamId,
    agent.name,
    agent.description,
    agent.type,
    agent.config,
    agent.tags,
    agent.createdBy,
    agent.createdAt,
    PLAN_LIMITS[plan].agents,
  )

/** A guard: only if the version is still the one that was read. */
export const updateAgent = (
  teamId: string,
  id: string,
  { name, description, type, config, tags }: AgentContent,
  seen: number,
  now: number,
): Statement =>
  statement(
    `UPDATE agents SET name = ?3, description = ?4, type = ?5, config = ?6, tags = ?7, version = version + 1, updated_at = ?8
     WHERE id = ?1 AND team_id = ?2 AND version = ?9`,
    id,
    teamId,
    name,
    description,
    type,
    config,
    tags,
    now,
    seen,
  )

/** The agent as written by the previous statement. */
export const insertVersion = (id: string, createdBy: string, now: number): Statement =>
  statement(
    `INSERT INTO agent_versions (agent_id, version, agent, created_by, created_at)
     SELECT id, version, json_object('name', name, 'description', description, 'type', type, 'config', json(config), 'tags', json(tags)), ?2, ?3
     FROM agents WHERE id = ?1`,
    id,
    createdBy,
    now,
  )

export const deleteAgent = (teamId: string, id: string, seen: number | null): Statement =>
  statement(
    'DELETE FROM agents WHERE id = ?1 AND team_id = ?2 AND (?3 IS NULL OR version = ?3)',
    id,
    teamId,
    seen,
  )

export type VersionRow = { version: number; agent: string; createdBy: string; createdAt: number }

const VERSION = 'v.version, v.agent, v.created_by AS createdBy, v.created_at AS createdAt'

export async function findVersions(d1: D1Database, id: string, query: ListVersions): Promise<VersionRow[]> {
  const isDown = query.sort.startsWith('-')
  const after = query.cursor === undefined ? null : Number(decodeCursor(query.cursor, query.sort).value)
  const { results } = await d1
    .prepare(
      `SELECT ${VERSION} FROM agent_versions v WHERE v.agent_id = ?1 AND (?2 IS NULL OR v.version ${isDown ? '<' : '>'} ?2)
       ORDER BY v.version ${isDown ? 'DESC' : 'ASC'} LIMIT ?3`,
    )
    .bind(id, after, query.limit + 1)
    .all<VersionRow>()
  return results
}

export async function countVersions(d1: D1Database, id: string): Promise<number> {
  const row = await d1
    .prepare('SELECT count(*) AS n FROM agent_versions WHERE agent_id = ?1')
    .bind(id)
    .first<{ n: number }>()
  return row?.n ?? 0
}

/** The newest version at that time, or else the first one after it. */
export const findVersionAt = (
  d1: D1Database,
  teamId: string,
  id: string,
  at: number,
): Promise<VersionRow | null> =>
  d1
    .prepare(
      `SELECT ${VERSION} FROM agent_versions v JOIN agents a ON a.id = v.agent_id
       WHERE v.agent_id = ?1 AND a.team_id = ?2
       ORDER BY v.created_at > ?3, CASE WHEN v.created_at > ?3 THEN v.version ELSE -v.version END LIMIT 1`,
    )
    .bind(id, teamId, at)
    .first<VersionRow>()

export type FoundAgent = Pick<AgentRow, 'id' | 'name' | 'type' | 'updatedAt'>

/** `text` in lower case (`sqlLower`). Names that begin with it come first. */
export async function searchAgents(
  d1: D1Database,
  teamId: string,
  text: string,
  limit: number,
): Promise<FoundAgent[]> {
  const { results } = await d1
    .prepare(
      `SELECT id, name, type, updated_at AS updatedAt FROM agents
       WHERE team_id = ?1 AND (instr(lower(name || char(10) || description), ?2) > 0
         OR (length(?2) >= 4 AND substr(id, -length(?2)) = ?2))
       ORDER BY instr(lower(name), ?2) <> 1, updated_at DESC, id LIMIT ?3`,
    )
    .bind(teamId, text, limit)
    .all<FoundAgent>()
  return results
}
