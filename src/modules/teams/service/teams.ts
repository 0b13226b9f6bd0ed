import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import { type Plan, requireRoom } from '../../../core/plans.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit, commitOrStale } from '../../../db/commit.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import {
  countTeamsOf,
  deleteTeam as deleteTeamRow,
  findOwnership,
  findTeam,
  findTeamsOf,
  guardRoomToOwn,
  insertTeam,
  type TeamRow,
  updateTeam as updateTeamRow,
} from '../repo/teams.ts'
import type { CreateTeam, ListTeams, Team, UpdateTeam } from '../schema/team.ts'

export async function listTeams(ctx: ReadContext, query: ListTeams): Promise<Page<Team>> {
  const { rows, actor } = await ctx.read(({ userId }) => findTeamsOf(userId, query))
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toTeam)
  return query.count ? { ...page, total: await countTeamsOf(ctx.env.DB, actor.userId) } : page
}

/** Without an id the team that the request is in. */
export async function getTeam(ctx: ReadContext, id?: string): Promise<Team> {
  const { rows } = await ctx.read(({ teamId, userId }) => findTeam(id ?? teamId, userId))
  return toTeam(rows[0] ?? missing())
}

/**
 * A new team gets the plan of its creator's personal team, whichever team the request acts in. That is usually the personal
 * team, so its plan is tried first. The guard misses if it was another team, or if the limit is reached.
 */
export async function createTeam(ctx: ServiceContext, input: CreateTeam): Promise<Team> {
  const first = await createUnder(ctx, input, ctx.actor.plan)
  if (first !== null) return first
  const { plan, ownedTeams } = (await findOwnership(ctx.env.DB, ctx.actor.userId)) ?? missing()
  requireRoom(plan, 'teams', ownedTeams, 'teams')
  const second = await createUnder(ctx, input, plan)
  if (second !== null) return second
  throw new AppError('resource.conflict', { detail: 'Your plan was just changed. Try again.' })
}

async function createUnder(ctx: ServiceContext, input: CreateTeam, plan: Plan): Promise<Team | null> {
  const { userId } = ctx.actor
  const now = ctx.now()
  const id = newId('team', now)
  const outcome = await commit(ctx, {
    guard: guardRoomToOwn(userId, plan),
    statements: insertTeam({ id, ...input, personal: false, ownerId: userId, plan, now }),
    audit: {
      action: 'team.created',
      targetType: 'team',
      targetId: id,
      teamId: id,
      after: { name: input.name },
    },
  })
  if (outcome === 'guard_missed') return null
  const times = { createdAt: toIso(now), updatedAt: toIso(now) }
  return { id, ...input, personal: false, ownerId: userId, plan, role: 'owner', version: 1, ...times }
}

export async function updateTeam(ctx: ServiceContext, input: UpdateTeam, expected: Expected): Promise<Team> {
  const { teamId } = ctx.actor
  const before = await getTeam(ctx)
  const seen = requireExpected(expected, before.version)
  if (Object.keys(input).length > 0) {
    await commitOrStale(ctx, {
      guard: updateTeamRow(ctx.db, teamId, input, seen, ctx.now()),
      audit: {
        action: 'team.updated',
        targetType: 'team',
        targetId: teamId,
        before: { name: before.name, description: before.description },
        after: input,
      },
    })
  }
  return getTeam(ctx)
}

/** One batch deletes the rows that refer to the team. A repeatable job deletes its runs, files and other rows. */
export async function deleteTeam(ctx: ServiceContext, expected: Expected): Promise<void> {
  const { teamId, userId } = ctx.actor
  const team = await getTeam(ctx)
  const seen = requireExpected(expected, team.version)
  if (team.personal)
    throw new AppError('team.personal', { detail: 'The personal team is deleted together with the account.' })
  const outcome = await commit(ctx, {
    guard: deleteTeamRow(teamId, userId, seen),
    audit: {
      action: 'team.deleted',
      targetType: 'team',
      targetId: teamId,
      before: { name: team.name, plan: team.plan },
    },
    messages: [
      { type: 'live.revoke', of: 'team', id: teamId },
      { type: 'team.purge', teamId, afterRunId: '' },
    ],
  })
  if (outcome === 'guard_missed' && seen !== null) throw new AppError('resource.stale')
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', { detail: 'The team was just transferred or deleted.' })
}

/** The prefix of all files of a team in R2. */
export const teamStoragePrefix = (teamId: string): string => `teams/${teamId}/`

const missing = (): never => {
  throw notFound('The team')
}

const toTeam = (row: TeamRow): Team => ({
  ...row,
  personal: row.personal === 1,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})
