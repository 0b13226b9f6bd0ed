import { access } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { Budgets, UpdateBudgets } from '../schema/budget.ts'
import { getBudgets, updateBudgets } from '../service/budgets.ts'
import { TEAM_ID } from './teams.ts'

export const budgetRoutes = router()
  .get(
    `/${TEAM_ID}/budgets`,
    access('budgets:read', { team: 'id' }),
    doc('teams.budgets.get', "Get a team's budgets", 200, Budgets, { versioned: 'etag' }),
    async (c) => {
      const budgets = await getBudgets(c.var.ctx)
      setEtag(c, budgets.version)
      return c.json(budgets)
    },
  )
  .on(
    UPDATE_BY_PUT,
    `/${TEAM_ID}/budgets`,
    access('budgets:write', { team: 'id' }),
    doc('teams.budgets.update', "Update a team's budgets", 200, Budgets, {
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
