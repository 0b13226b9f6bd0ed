import { access, accessWithRead } from '../../../http/auth.ts'
import { isForm } from '../../../http/body.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { requireOwnConsole, sendTokens } from '../sessions/console-session.ts'
import { Tokens } from '../sessions/schema.ts'
import { knownDevice, rememberDevice } from './device-cookie.ts'
import { resendVerification, verifyEmail } from './email-verification.ts'
import { limitSignIns, limitVerificationMails } from './limits.ts'
import { getMe, verifyCredential } from './me.ts'
import { readLoginForm, withOAuthNames } from './oauth-form.ts'
import { signInOptions } from './options.ts'
import { register } from './register.ts'
import {
  EmailState,
  Login,
  LoginForm,
  LoginTokens,
  Me,
  Register,
  SignInOptions,
  Verified,
  VerifyEmail,
} from './schema.ts'
import { signIn } from './service.ts'

export const signInRoutes = router()
  .get(
    '/options',
    limitByAddress,
    doc(
      'auth.getOptions',
      'Get the registration mode and, in development, the demo account',
      200,
      SignInOptions,
    ),
    async (c) => c.json(await signInOptions(c.var.request, new URL(c.req.url).hostname)),
  )
  .post(
    '/register',
    limitByAddress,
    requireOwnConsole,
    doc('auth.register', 'Create an account and its personal team', 201, Tokens, {
      description:
        'The `REGISTRATION` setting can limit this to addresses with an open invitation, or close it. Then it returns 403 `registration.closed`.',
    }),
    validate('json', Register),
    async (c) => {
      const tokens = await register(c.var.request, c.req.valid('json'))
      await rememberDevice(c, tokens.user.email)
      return c.json(sendTokens(c, tokens), 201)
    },
  )
  .post(
    '/login',
    limitByAddress,
    requireOwnConsole,
    doc('auth.login', 'Sign in', 200, LoginTokens, {
      description:
        'Also accepts the password form of OAuth 2.0 (`username`, `password`); the response then also has the field names of OAuth 2.0. Repeated wrong passwords cause a wait, counted for each account and network. A device that has signed in to the account before has a cookie and its own counter, so attempts by others never make it wait.',
    }),
    validate('json', Login, { form: { schema: LoginForm, read: readLoginForm } }),
    limitSignIns,
    async (c) => {
      const input = c.req.valid('json')
      const tokens = await signIn(c.var.request, input, await knownDevice(c, input.email))
      // Any page can make a browser send a form, so a sign-in by form sets no cookie.
      if (isForm(c)) return c.json(withOAuthNames(tokens))
      await rememberDevice(c, input.email)
      return c.json(sendTokens(c, tokens))
    },
  )
  .get('/me', accessWithRead('profile:read'), doc('auth.getMe', 'Get the current user', 200, Me), async (c) =>
    c.json(await getMe(c.var.readCtx)),
  )
  .get(
    '/verify',
    access('profile:read'),
    doc('auth.verify', 'Verify the current credential', 200, Verified),
    (c) => c.json(verifyCredential(c.var.ctx)),
  )
  .post(
    '/email/verify',
    limitByAddress,
    doc('auth.verifyEmail', 'Verify an email address with the token from the email', 200, EmailState),
    validate('json', VerifyEmail),
    async (c) => c.json(await verifyEmail(c.var.request, c.req.valid('json').token)),
  )
  .post(
    '/email/resend',
    access('account:manage'),
    limitVerificationMails,
    doc('auth.resendVerification', 'Resend the verification email', 202, EmailState),
    async (c) => c.json(await resendVerification(c.var.ctx), 202),
  )
