import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { CreateTeam, ListTeams, Team, TeamPage, UpdateTeam } from '../schema/team.ts'
import { createTeam, deleteTeam, getTeam, listTeams, readTeam, updateTeam } from '../service/teams.ts'

export const TEAM_ID = `:id{${idPattern('team')}}` as const

export const ownTeamRoutes = router()
  .get(
    '/',
    accessWithRead('teams:list'),
    doc('List my teams', 200, TeamPage),
    validate('query', ListTeams),
    async (c) => c.json(await listTeams(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('teams:create'),
    idempotent(async (ctx, id) => byVersion(await getTeam(ctx, id))),
    doc('Create a team', 201, Team, {
      description:
        'The new team has the plan of the maker’s personal team, which also limits how many there may be.',
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
    doc('Read a team', 200, Team, { versioned: 'etag' }),
    async (c) => {
      const team = await readTeam(c.var.readCtx)
      setEtag(c, team.version)
      return c.json(team)
    },
  )
  .on(
    UPDATE,
    `/${TEAM_ID}`,
    access('teams:write', { team: 'id' }),
    doc('Change a team', 200, Team, { versioned: 'if-match' }),
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
    doc('Delete a team with everything in it', 204, null, {
      description: 'Only the owner may, and never the personal team: that one goes with the account.',
      versioned: 'if-match',
    }),
    async (c) => {
      await deleteTeam(c.var.ctx, expectedVersion(c))
      return c.body(null, 204)
    },
  )
