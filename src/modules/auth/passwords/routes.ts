import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { requireOwnConsole, sendTokens } from '../sessions/console-session.ts'
import { Tokens } from '../sessions/schema.ts'
import { knownDevice } from '../sign-in/device-cookie.ts'
import { ChangePassword, ForgotPassword, MailAccepted, ResetPassword } from './schema.ts'
import { forgotPassword, resetPasswordWithToken, updatePassword } from './service.ts'

export const passwordRoutes = router()
  .on(
    UPDATE_BY_PUT,
    '/password',
    access('account:manage'),
    requireOwnConsole,
    doc('auth.password.update', 'Change your password and end all other sessions', 200, Tokens),
    validate('json', ChangePassword),
    async (c) => c.json(sendTokens(c, await updatePassword(c.var.ctx, c.req.valid('json')))),
  )
  .post(
    '/password/forgot',
    limitByAddress,
    doc('auth.password.requestReset', 'Request a password reset email', 202, MailAccepted),
    validate('json', ForgotPassword),
    async (c) => {
      await forgotPassword(c.var.request, c.req.valid('json').email)
      return c.json({ status: 'accepted' as const }, 202)
    },
  )
  .post(
    '/password/reset',
    limitByAddress,
    doc('auth.password.reset', 'Reset a password with the token from the email', 204, null, {
      description:
        'Ends every session. API keys and linked providers stay unless `revokeKeys` or `unlinkIdentities` is set; an email lists the ones that stay.',
    }),
    validate('json', ResetPassword),
    async (c) => {
      await resetPasswordWithToken(c.var.request, c.req.valid('json'), (email) => knownDevice(c, email))
      return c.body(null, 204)
    },
  )
