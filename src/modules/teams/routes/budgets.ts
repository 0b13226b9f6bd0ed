import { access } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Budgets, SetBudgets } from '../schema/budget.ts'
import { TeamUsage, UsageQuery } from '../schema/usage.ts'
import { readBudgets, setBudgets } from '../service/budgets.ts'
import { readTeamUsage } from '../service/usage.ts'
import { TEAM_ID } from './teams.ts'

export const budgetRoutes = router()
  .get(
    `/${TEAM_ID}/budgets`,
    access('budgets:read', { team: 'id' }),
    doc('Read the budgets of a team', 200, Budgets, { versioned: 'etag' }),
    async (c) => {
      const budgets = await readBudgets(c.var.ctx)
      setEtag(c, budgets.version)
      return c.json(budgets)
    },
  )
  .on(
    UPDATE,
    `/${TEAM_ID}/budgets`,
    access('budgets:write', { team: 'id' }),
    doc('Set the budgets of a team', 200, Budgets, {
      description:
        'Per calendar month in UTC; null lifts a limit. Fields that are not sent stay as they are.',
      versioned: 'if-match',
    }),
    validate('json', SetBudgets),
    async (c) => {
      const budgets = await setBudgets(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      setEtag(c, budgets.version)
      return c.json(budgets)
    },
  )
  .get(
    `/${TEAM_ID}/usage`,
    access('budgets:read', { team: 'id' }),
    doc('Read what a team used', 200, TeamUsage),
    validate('query', UsageQuery),
    async (c) => c.json(await readTeamUsage(c.var.ctx, c.req.valid('query'))),
  )
