import { access } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Budgets, UpdateBudgets } from '../schema/budget.ts'
import { TeamUsage, UsageQuery } from '../schema/usage.ts'
import { getBudgets, updateBudgets } from '../service/budgets.ts'
import { getTeamUsage } from '../service/usage.ts'
import { TEAM_ID } from './teams.ts'

export const budgetRoutes = router()
  .get(
    `/${TEAM_ID}/budgets`,
    access('budgets:read', { team: 'id' }),
    doc("Get a team's budgets", 200, Budgets, { versioned: 'etag' }),
    async (c) => {
      const budgets = await getBudgets(c.var.ctx)
      setEtag(c, budgets.version)
      return c.json(budgets)
    },
  )
  .on(
    UPDATE,
    `/${TEAM_ID}/budgets`,
    access('budgets:write', { team: 'id' }),
    doc("Update a team's budgets", 200, Budgets, {
      description:
        'Budgets apply per calendar month in UTC. Null removes a limit. Omitted fields stay unchanged.',
      versioned: 'if-match',
    }),
    validate('json', UpdateBudgets),
    async (c) => {
      const budgets = await updateBudgets(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      setEtag(c, budgets.version)
      return c.json(budgets)
    },
  )
  .get(
    `/${TEAM_ID}/usage`,
    access('budgets:read', { team: 'id' }),
    doc("Get a team's usage", 200, TeamUsage),
    validate('query', UsageQuery),
    async (c) => c.json(await getTeamUsage(c.var.ctx, c.req.valid('query'))),
  )
