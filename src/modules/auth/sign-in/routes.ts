import { access, accessWithRead } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { Tokens } from '../sessions/schema.ts'
import { knownDevice, rememberDevice } from './device-cookie.ts'
import { resendVerification, verifyEmail } from './email-verification.ts'
import { limitOwnMails, limitSignIns } from './limits.ts'
import { verifyCredential, whoAmI } from './me.ts'
import { register } from './register.ts'
import { EmailState, Login, Me, Register, Verified, VerifyEmail } from './schema.ts'
import { signIn } from './service.ts'

export const signInRoutes = router()
  .post(
    '/register',
    limitByAddress,
    doc('Make an account, with its personal team', 201, Tokens, {
      description:
        'The setting `REGISTRATION` may limit this to addresses with an open invitation, or close it: 403 `registration.closed`.',
    }),
    validate('json', Register),
    async (c) => {
      const tokens = await register(c.var.request, c.req.valid('json'))
      await rememberDevice(c, tokens.user.email)
      return c.json(tokens, 201)
    },
  )
  .post(
    '/login',
    limitByAddress,
    doc('Sign in', 200, Tokens, {
      description:
        'Wrong passwords have to wait: for an account from one network, or on a device that has signed in to the account before. Such a device has a cookie and a count of its own, so what others try never makes it wait.',
    }),
    validate('json', Login),
    limitSignIns,
    async (c) => {
      const input = c.req.valid('json')
      const tokens = await signIn(c.var.request, input, await knownDevice(c, input.email))
      await rememberDevice(c, input.email)
      return c.json(tokens)
    },
  )
  .get('/me', accessWithRead('profile:read'), doc('Who I am', 200, Me), async (c) =>
    c.json(await whoAmI(c.var.readCtx)),
  )
  .get('/verify', access('profile:read'), doc('Whether the credential is good', 200, Verified), (c) =>
    c.json(verifyCredential(c.var.ctx)),
  )
  .post(
    '/email/verify',
    limitByAddress,
    doc('Confirm an address with the token of the mail', 200, EmailState),
    validate('json', VerifyEmail),
    async (c) => c.json(await verifyEmail(c.var.request, c.req.valid('json').token)),
  )
  .post(
    '/email/resend',
    access('account:manage'),
    limitOwnMails,
    doc('Send the mail to confirm my address again', 202, EmailState),
    async (c) => c.json(await resendVerification(c.var.ctx), 202),
  )
