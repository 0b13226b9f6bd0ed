import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Preferences, SetPreferences } from '../schema/preferences.ts'
import { ChangePlan, Subscription } from '../schema/subscription.ts'
import { readPreferences, setPreferences } from '../service/preferences.ts'
import { changePlan, readSubscription } from '../service/subscription.ts'

export const settingsRoutes = router()
  .get(
    '/preferences',
    accessWithRead('profile:read'),
    doc('Read my preferences', 200, Preferences),
    async (c) => c.json(await readPreferences(c.var.readCtx)),
  )
  .on(
    UPDATE,
    '/preferences',
    access('profile:write'),
    doc('Change my preferences', 200, Preferences, {
      description:
        'Fields that are not sent stay as they are; extra, at most 8 KB for clients to use as they like, is replaced as a whole.',
    }),
    validate('json', SetPreferences),
    async (c) => c.json(await setPreferences(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    '/subscription',
    access('billing:read'),
    doc('Read the plan of the team, its limits and what is used of them', 200, Subscription),
    async (c) => c.json(await readSubscription(c.var.ctx)),
  )
  .on(
    UPDATE,
    '/subscription',
    access('billing:write'),
    doc('Change the plan of the team', 200, Subscription, {
      description:
        'Plans are switched directly: no payment provider is involved. An operator who sets PLAN_SELF_SERVICE=false keeps it to administrators. A smaller plan than what is in use needs is refused with 409 and what is over.',
    }),
    validate('json', ChangePlan),
    async (c) => c.json(await changePlan(c.var.ctx, c.req.valid('json'))),
  )
