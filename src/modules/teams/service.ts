import type { ReadContext, ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { notFound } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import { requireRoom } from '../../core/plans.ts'
import { commit } from '../../db/commit.ts'
import { type Page, toPage } from '../../db/paginate.ts'
import { countOwnedTeams, countTeamsOf, findTeam, findTeamsOf, insertTeam, type TeamRow } from './repo.ts'
import type { CreateTeam, ListTeams, Team } from './schema.ts'

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
  const query = findTeam(teamId, ctx.actor.userId)
  const row = await ctx.env.DB.prepare(query.sql)
    .bind(...query.params)
    .first<TeamRow>()
  return toTeam(row ?? missing())
}

export async function createTeam(ctx: ServiceContext, input: CreateTeam): Promise<Team> {
  const { actor } = ctx
  requireRoom(actor.plan, 'teams', await countOwnedTeams(ctx.env.DB, actor.userId), 'teams')
  const now = ctx.now()
  const id = newId('team', now)
  await commit(ctx, {
    statements: insertTeam({ id, ...input, personal: false, ownerId: actor.userId, plan: actor.plan, now }),
    audit: {
      action: 'team.created',
      targetType: 'team',
      targetId: id,
      teamId: id,
      after: { name: input.name },
    },
  })
  const times = { createdAt: toIso(now), updatedAt: toIso(now) }
  return {
    id,
    ...input,
    personal: false,
    ownerId: actor.userId,
    plan: actor.plan,
    role: 'owner',
    version: 1,
    ...times,
  }
}

const missing = (): never => {
  throw notFound('The team')
}

const toTeam = (row: TeamRow): Team => ({
  ...row,
  personal: row.personal === 1,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})
