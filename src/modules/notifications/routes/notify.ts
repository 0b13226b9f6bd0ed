import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { NotifyUser, NotifyUserReceipt } from '../schema.ts'
import { notifyUser } from '../service/notify-user.ts'

export const notifyRoutes = router().post(
  '/notify/user-notification',
  access('notify:write'),
  doc('realtime.notifyUser', 'Notify a member of the team', 202, NotifyUserReceipt, {
    description: 'Members can notify themselves. Admins can notify every member of the team.',
  }),
  validate('json', NotifyUser),
  async (c) => c.json(await notifyUser(c.var.ctx, c.req.valid('json')), 202),
)
