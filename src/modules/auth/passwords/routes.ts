import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Tokens } from '../sessions/schema.ts'
import { ChangePassword, ForgotPassword, MailOnItsWay, ResetPassword } from './schema.ts'
import { changeOwnPassword, chooseNewPassword, forgotPassword } from './service.ts'

export const passwordRoutes = router()
  .on(
    UPDATE,
    '/password',
    access('account:manage'),
    doc('Change my password; all other sessions end', 200, Tokens),
    validate('json', ChangePassword),
    async (c) => c.json(await changeOwnPassword(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/password/forgot',
    limitByAddress,
    doc('Ask for a mail to choose a new password', 202, MailOnItsWay),
    validate('json', ForgotPassword),
    async (c) => {
      await forgotPassword(c.var.request, c.req.valid('json').email)
      return c.json({ status: 'accepted' as const }, 202)
    },
  )
  .post(
    '/password/reset',
    limitByAddress,
    doc('Choose a new password with the token of the mail', 204, null, {
      description:
        'Ends every session. API keys and linked providers stay, and a mail names them; revokeKeys and unlinkIdentities end them as well.',
    }),
    validate('json', ResetPassword),
    async (c) => {
      await chooseNewPassword(c.var.request, c.req.valid('json'))
      return c.body(null, 204)
    },
  )
