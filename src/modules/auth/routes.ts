import type { Context } from 'hono'
import type { AppEnv } from '../../http/app-env.ts'
import { answerPage } from '../../http/html-page.ts'
import { doc } from '../../http/openapi.ts'
import { limitByAddress } from '../../http/rate-limit.ts'
import { router } from '../../http/router.ts'
import { type MailPage, mailPage } from './mail-pages.ts'
import { mfaRoutes } from './mfa/routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { passwordRoutes } from './passwords/routes.ts'
import { HtmlPage } from './schema.ts'
import { publicKeys } from './sessions/access-token.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { PublicKeys } from './sessions/schema.ts'
import { signInRoutes } from './sign-in/routes.ts'

export const authRoutes = router()
  .route('/', signInRoutes)
  .route('/', sessionRoutes)
  .route('/', passwordRoutes)
  .route('/mfa', mfaRoutes)
  .route('/oauth', oauthRoutes)

const showPage = (name: MailPage) => async (c: Context<AppEnv>) => {
  return answerPage(c, await mailPage(name))
}

/** Routes at the root: the public keys, and the pages that the mails link to. */
export const wellKnownRoutes = router()
  .get(
    '/.well-known/jwks.json',
    limitByAddress,
    doc('auth.getPublicKeys', 'Get the public keys that verify access tokens', 200, PublicKeys),
    async (c) => {
      c.header('cache-control', 'public, max-age=300')
      return c.json(await publicKeys(c.var.request.settings))
    },
  )
  .get(
    '/account/verify-email',
    limitByAddress,
    doc('auth.openVerifyEmailPage', 'Page for verifying an email address', 200, HtmlPage, {
      mediaType: 'text/html',
    }),
    showPage('verifyEmail'),
  )
  .get(
    '/account/reset-password',
    limitByAddress,
    doc('auth.openResetPasswordPage', 'Page for choosing a new password', 200, HtmlPage, {
      mediaType: 'text/html',
    }),
    showPage('resetPassword'),
  )
