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
  loadTeam,
  type TeamRow,
  updateTeam as updateTeamRow,
} from '../repo/teams.ts'
import type { CreateTeam, ListTeams, Team, UpdateTeam } from '../schema/team.ts'

export async function listTeams(ctx: ReadContext, query: ListTeams): Promise<Page<Team>> {
  const { rows, actor } = await ctx.read((who) => findTeamsOf(who.userId, query))
  const page = toPage(rows, query, (row) => ({ value: row.createdAt, id: row.id }), toTeam)
  return query.count ? { ...page, total: await countTeamsOf(ctx.env.DB, actor.userId) } : page
}

export async function readTeam(ctx: ReadContext): Promise<Team> {
  const { rows } = await ctx.read((who) => findTeam(who.teamId, who.userId))
  return toTeam(rows[0] ?? missing())
}

/** The same view behind a context whose permission question is settled. */
export async function getTeam(ctx: ServiceContext, teamId: string): Promise<Team> {
  return toTeam((await loadTeam(ctx.env.DB, teamId, ctx.actor.userId)) ?? missing())
}

/**
 * A team is made under the plan of the maker's personal team, whichever team the request is in. That mostly is the
 * personal one, so its plan is tried first: the guard says when it was not, or when there is no room.
 */
export async function createTeam(ctx: ServiceContext, input: CreateTeam): Promise<Team> {
  const first = await createUnder(ctx, input, ctx.actor.plan)
  if (first !== null) return first
  const { plan, ownedTeams } = (await findOwnership(ctx.env.DB, ctx.actor.userId)) ?? missing()
  requireRoom(plan, 'teams', ownedTeams, 'teams')
  const second = await createUnder(ctx, input, plan)
  if (second !== null) return second
  throw new AppError('resource.conflict', { detail: 'Your plan has just changed; try again.' })
}

async function createUnder(ctx: ServiceContext, input: CreateTeam, plan: Plan): Promise<Team | null> {
  const { userId } = ctx.actor
  const now = ctx.now()
  const id = newId('team', now)
  const done = await commit(ctx, {
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
  if (done === 'guard_missed') return null
  const times = { createdAt: toIso(now), updatedAt: toIso(now) }
  return { id, ...input, personal: false, ownerId: userId, plan, role: 'owner', version: 1, ...times }
}

export async function updateTeam(ctx: ServiceContext, input: UpdateTeam, expected: Expected): Promise<Team> {
  const { teamId } = ctx.actor
  const before = await getTeam(ctx, teamId)
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
  return getTeam(ctx, teamId)
}

/** What refers to the team goes in one batch; its runs, files and leftover rows follow by a job that may run again. */
export async function deleteTeam(ctx: ServiceContext, expected: Expected): Promise<void> {
  const { teamId, userId } = ctx.actor
  const team = await getTeam(ctx, teamId)
  const seen = requireExpected(expected, team.version)
  if (team.personal)
    throw new AppError('team.personal', { detail: 'The personal team goes with the account, not alone.' })
  const done = await commit(ctx, {
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
  if (done === 'guard_missed' && seen !== null) throw new AppError('resource.stale')
  if (done === 'guard_missed')
    throw new AppError('resource.conflict', { detail: 'The team has just been handed over or deleted.' })
}

/** Where everything of a team lies in R2, so that it can be removed whole. */
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
