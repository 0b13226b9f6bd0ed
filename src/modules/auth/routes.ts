import type { Context } from 'hono'
import { idPattern } from '../../core/ids.ts'
import type { AppEnv } from '../../http/app-env.ts'
import { access, accessWithRead } from '../../http/auth.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { limitByAddress } from '../../http/rate-limit.ts'
import { router, UPDATE } from '../../http/router.ts'
import { changeApiKey, createApiKey, deleteApiKey, listApiKeys } from './api-keys/service.ts'
import { knownDevice, rememberDevice } from './cookies.ts'
import { type MailPage, mailPage } from './mail-pages.ts'
import { changeOwnPassword, chooseNewPassword, forgotPassword } from './passwords/service.ts'
import {
  ApiKey,
  ApiKeyPage,
  ChangeApiKey,
  ChangePassword,
  CreateApiKey,
  EmailState,
  ForgotPassword,
  HtmlPage,
  ListApiKeys,
  ListSessions,
  Login,
  MailOnItsWay,
  Me,
  NewApiKey,
  PublicKeys,
  Refresh,
  Register,
  ResetPassword,
  SessionPage,
  Tokens,
  Verified,
  VerifyEmail,
} from './schema.ts'
import { publicKeys } from './sessions/access-token.ts'
import { refresh } from './sessions/refresh.ts'
import { listSessions, revokeOtherSessions, revokeSession, signOut } from './sessions/service.ts'
import { resendVerification, verifyEmail } from './sign-in/email-verification.ts'
import { limitOwnMails, limitSignIns } from './sign-in/limits.ts'
import { verifyCredential, whoAmI } from './sign-in/me.ts'
import { register } from './sign-in/register.ts'
import { signIn } from './sign-in/service.ts'

const SESSION_ID = `:id{${idPattern('ses')}}` as const
const KEY_ID = `:id{${idPattern('key')}}` as const

export const authRoutes = router()
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
  .post(
    '/refresh',
    limitByAddress,
    doc('Trade a refresh token for a new pair', 200, Tokens),
    validate('json', Refresh),
    async (c) => c.json(await refresh(c.var.request, c.req.valid('json').refreshToken)),
  )
  .post('/logout', access('account:manage'), doc('End this session', 204, null), async (c) => {
    await signOut(c.var.ctx)
    return c.body(null, 204)
  })
  .get('/me', accessWithRead('profile:read'), doc('Who I am', 200, Me), async (c) =>
    c.json(await whoAmI(c.var.readCtx)),
  )
  .get('/verify', access('profile:read'), doc('Whether the credential is good', 200, Verified), (c) =>
    c.json(verifyCredential(c.var.ctx)),
  )
  .get(
    '/sessions',
    access('account:manage'),
    doc('List my sessions', 200, SessionPage),
    validate('query', ListSessions),
    async (c) => c.json(await listSessions(c.var.ctx, c.req.valid('query'))),
  )
  .delete('/sessions', access('account:manage'), doc('End all my other sessions', 204, null), async (c) => {
    await revokeOtherSessions(c.var.ctx)
    return c.body(null, 204)
  })
  .delete(
    `/sessions/${SESSION_ID}`,
    access('account:manage'),
    doc('End one of my sessions', 204, null),
    async (c) => {
      await revokeSession(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    '/api-keys',
    access('keys:manage'),
    idempotent('secret'),
    doc('Make an API key', 201, NewApiKey),
    validate('json', CreateApiKey),
    async (c) => c.json(await createApiKey(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    '/api-keys',
    access('keys:manage'),
    doc('List my API keys in this team', 200, ApiKeyPage),
    validate('query', ListApiKeys),
    async (c) => c.json(await listApiKeys(c.var.ctx, c.req.valid('query'))),
  )
  .on(
    UPDATE,
    `/api-keys/${KEY_ID}`,
    access('keys:manage'),
    doc('Change the name or the scopes of an API key', 200, ApiKey),
    validate('json', ChangeApiKey),
    async (c) => c.json(await changeApiKey(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `/api-keys/${KEY_ID}`,
    access('keys:manage'),
    doc('Delete an API key; it fails at once', 204, null),
    async (c) => {
      await deleteApiKey(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
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

const showPage = (name: MailPage) => async (c: Context<AppEnv>) => {
  const { html, contentSecurityPolicy } = await mailPage(name)
  return c.html(html, 200, { 'content-security-policy': contentSecurityPolicy })
}

/** At the root: the keys where verifiers of our tokens look for them, and the pages that the mails link to. */
export const wellKnownRoutes = router()
  .get(
    '/.well-known/jwks.json',
    limitByAddress,
    doc('The keys that verify our access tokens', 200, PublicKeys),
    async (c) => {
      c.header('cache-control', 'public, max-age=300')
      return c.json(await publicKeys(c.var.request.settings))
    },
  )
  .get(
    '/account/verify-email',
    limitByAddress,
    doc('The page that asks whether to confirm an address', 200, HtmlPage, { mediaType: 'text/html' }),
    showPage('verifyEmail'),
  )
  .get(
    '/account/reset-password',
    limitByAddress,
    doc('The page that asks for a new password', 200, HtmlPage, { mediaType: 'text/html' }),
    showPage('resetPassword'),
  )
