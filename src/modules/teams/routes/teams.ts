import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { CreateTeam, ListTeams, Team, TeamPage, UpdateTeam } from '../schema/team.ts'
import { createTeam, deleteTeam, getTeam, listTeams, updateTeam } from '../service/teams.ts'

export const TEAM_ID = `:id{${idPattern('team')}}` as const

export const ownTeamRoutes = router()
  .get(
    '/',
    accessWithRead('teams:list'),
    doc('teams.list', 'List your teams', 200, TeamPage),
    validate('query', ListTeams),
    async (c) => c.json(await listTeams(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('teams:create'),
    idempotent(async (ctx, id) => byVersion(await getTeam(ctx, id))),
    doc('teams.create', 'Create a team', 201, Team, {
      description:
        'The new team gets the plan of your personal team. That plan also limits how many teams you can own.',
      versioned: 'etag',
    }),
    validate('json', CreateTeam),
    async (c) => {
      const team = await createTeam(c.var.ctx, c.req.valid('json'))
      setEtag(c, team.version)
      return c.json(team, 201)
    },
  )
  .get(
    `/${TEAM_ID}`,
    accessWithRead('teams:read', { team: 'id' }),
    doc('teams.get', 'Get a team', 200, Team, { versioned: 'etag' }),
    async (c) => {
      const team = await getTeam(c.var.readCtx)
      setEtag(c, team.version)
      return c.json(team)
    },
  )
  .on(
    UPDATE_BY_PUT,
    `/${TEAM_ID}`,
    access('teams:write', { team: 'id' }),
    doc('teams.update', 'Update a team', 200, Team, { versioned: 'if-match' }),
    validate('json', UpdateTeam),
    async (c) => {
      const team = await updateTeam(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      setEtag(c, team.version)
      return c.json(team)
    },
  )
  .delete(
    `/${TEAM_ID}`,
    access('teams:own', { team: 'id' }),
    doc('teams.delete', 'Delete a team and everything in it', 204, null, {
      description:
        'Only the owner can delete a team. The personal team is deleted together with the account.',
      versioned: 'if-match',
    }),
    async (c) => {
      await deleteTeam(c.var.ctx, expectedVersion(c))
      return c.body(null, 204)
    },
  )
