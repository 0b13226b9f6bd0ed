import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { Preferences, UpdatePreferences } from '../schema/preferences.ts'
import { Subscription, UpdateSubscription } from '../schema/subscription.ts'
import { getPreferences, updatePreferences } from '../service/preferences.ts'
import { getSubscription, updateSubscription } from '../service/subscription.ts'

export const settingsRoutes = router()
  .get(
    '/preferences',
    accessWithRead('profile:read'),
    doc('users.preferences.get', 'Get your preferences', 200, Preferences),
    async (c) => c.json(await getPreferences(c.var.readCtx)),
  )
  .on(
    UPDATE_BY_PUT,
    '/preferences',
    access('profile:write'),
    doc('users.preferences.update', 'Update your preferences', 200, Preferences, {
      description:
        'Omitted fields stay unchanged. `extra` holds up to 8 KB of data for clients; an update replaces all of it.',
    }),
    validate('json', UpdatePreferences),
    async (c) => c.json(await updatePreferences(c.var.ctx, c.req.valid('json'))),
  )
  .get(
    '/subscription',
    access('billing:read'),
    doc('users.subscription.get', "Get the team's plan, limits and usage", 200, Subscription),
    async (c) => c.json(await getSubscription(c.var.ctx)),
  )
  .on(
    UPDATE_BY_PUT,
    '/subscription',
    access('billing:write'),
    doc('users.subscription.update', "Change the team's plan", 200, Subscription, {
      description:
        'Takes effect immediately; no payment provider is involved. With PLAN_SELF_SERVICE=false only administrators can change plans. If current usage exceeds the new plan, it returns 409 and lists what exceeds it.',
    }),
    validate('json', UpdateSubscription),
    async (c) => c.json(await updateSubscription(c.var.ctx, c.req.valid('json'))),
  )
