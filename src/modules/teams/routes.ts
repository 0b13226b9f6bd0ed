import { idPattern } from '../../core/ids.ts'
import { access, accessWithRead } from '../../http/auth.ts'
import { setEtag } from '../../http/etag.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { CreateTeam, ListTeams, Team, TeamPage } from './schema.ts'
import { createTeam, getTeam, listTeams, readTeam } from './service.ts'

const ID = `:id{${idPattern('team')}}` as const

export const teamRoutes = router()
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
    idempotent(getTeam),
    doc('Create a team', 201, Team),
    validate('json', CreateTeam),
    async (c) => {
      const team = await createTeam(c.var.ctx, c.req.valid('json'))
      setEtag(c, team.version)
      return c.json(team, 201)
    },
  )
  .get(`/${ID}`, accessWithRead('teams:read', { team: 'id' }), doc('Read a team', 200, Team), async (c) => {
    const team = await readTeam(c.var.readCtx)
    setEtag(c, team.version)
    return c.json(team)
  })
