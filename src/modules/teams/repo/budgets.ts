import { eq, sql } from 'drizzle-orm'
import type { Db } from '../../../db/client.ts'
import type { Statement } from '../../../db/commit.ts'
import { teamBudgets } from '../../../db/schema/index.ts'

export type BudgetRow = Omit<typeof teamBudgets.$inferSelect, 'teamId' | 'updatedAt'> & {
  updatedAt: number | null
}

/** The budget of a team that has not set one. */
const DEFAULT_BUDGET: BudgetRow = {
  monthlyCostMicroUsd: null,
  monthlyTokens: null,
  alertAt: [0.8, 1],
  hardStop: false,
  version: 0,
  updatedAt: null,
}

export async function findBudget(db: Db, teamId: string): Promise<BudgetRow> {
  const [row] = await db.select().from(teamBudgets).where(eq(teamBudgets.teamId, teamId))
  return row ?? DEFAULT_BUDGET
}

export type BudgetChanges = {
  monthlyCostMicroUsd?: number | null | undefined
  monthlyTokens?: number | null | undefined
  alertAt?: number[] | undefined
  hardStop?: boolean | undefined
}

/** Writes only the given fields, so people who change different fields do not overwrite each other. */
export function upsertBudget(
  db: Db,
  teamId: string,
  changes: BudgetChanges,
  seen: number | null,
  now: number,
): Statement {
  const { updatedAt: _never, version: _first, ...defaults } = DEFAULT_BUDGET
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  const upsert = db.insert(teamBudgets).values({ ...defaults, ...given, teamId, updatedAt: now })
  return upsert.onConflictDoUpdate({
    target: teamBudgets.teamId,
    set: { ...given, version: sql`${teamBudgets.version} + 1`, updatedAt: now },
    ...(seen === null ? {} : { setWhere: eq(teamBudgets.version, seen) }),
  })
}
