import { and, count, eq } from 'drizzle-orm'
import type { Db } from '../../db/client.ts'
import { type Statement, statement } from '../../db/commit.ts'
import { keyset, type ListOptions } from '../../db/paginate.ts'
import { teamVariables } from '../../db/schema/index.ts'

export type VariableRow = Omit<typeof teamVariables.$inferSelect, 'teamId'>

const COLUMNS = {
  name: teamVariables.name,
  value: teamVariables.value,
  updatedBy: teamVariables.updatedBy,
  updatedAt: teamVariables.updatedAt,
}

export function findVariables(db: Db, teamId: string, options: ListOptions): Promise<VariableRow[]> {
  const { where, orderBy, limit } = keyset(options, { name: teamVariables.name }, teamVariables.name)
  return db
    .select(COLUMNS)
    .from(teamVariables)
    .where(and(eq(teamVariables.teamId, teamId), where))
    .orderBy(...orderBy)
    .limit(limit)
}

export async function countVariables(db: Db, teamId: string): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(teamVariables)
    .where(eq(teamVariables.teamId, teamId))
  return row?.total ?? 0
}

export async function findVariable(db: Db, teamId: string, name: string): Promise<VariableRow | null> {
  const [row] = await db
    .select(COLUMNS)
    .from(teamVariables)
    .where(and(eq(teamVariables.teamId, teamId), eq(teamVariables.name, name)))
  return row ?? null
}

/** Every run gets all variables of its team, so their total size is limited. */
export const MAX_VARIABLES = 500
export const MAX_VARIABLE_BYTES = 262_144

/**
 * A guard that changes nothing. The existing variables except those in `values`, plus these, must be within the limits. The
 * statement touches only the team's row.
 */
export const guardVariableRoom = (teamId: string, values: string, names: string): Statement =>
  statement(
    `UPDATE teams SET version = version WHERE id = ?1
       AND (SELECT count(*) FROM team_variables v WHERE v.team_id = ?1 AND v.name NOT IN (SELECT value FROM json_each(?3)))
         + (SELECT count(*) FROM json_each(?3)) <= ${MAX_VARIABLES}
       AND (SELECT COALESCE(sum(length(CAST(v.value AS BLOB))), 0) FROM team_variables v
            WHERE v.team_id = ?1 AND v.name NOT IN (SELECT value FROM json_each(?3)))
         + length(CAST(?2 AS BLOB)) <= ${MAX_VARIABLE_BYTES}`,
    teamId,
    values,
    names,
  )

/** `entries` is a JSON array of `[name, JSON text]`. */
export const upsertVariables = (teamId: string, entries: string, userId: string, now: number): Statement =>
  statement(
    `INSERT INTO team_variables (team_id, name, value, updated_by, updated_at)
     SELECT ?1, value ->> 0, value ->> 1, ?3, ?4 FROM json_each(?2) WHERE true
     ON CONFLICT (team_id, name) DO UPDATE SET value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    teamId,
    entries,
    userId,
    now,
  )

export const deleteVariable = (teamId: string, name: string): Statement =>
  statement('DELETE FROM team_variables WHERE team_id = ? AND name = ?', teamId, name)
