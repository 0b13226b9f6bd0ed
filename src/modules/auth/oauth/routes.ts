import type { Context } from 'hono'
import type { AppEnv } from '../../../http/app-env.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { problemResponse } from '../../../http/problem.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import { dropCookie, readCookie, writeCookie } from '../cookies.ts'
import { requireOwnConsole, sendTokens } from '../sessions/console-session.ts'
import { Tokens } from '../sessions/schema.ts'
import { rememberDevice } from '../sign-in/device-cookie.ts'
import { type CallbackOutcome, finishOauth } from './callback.ts'
import { createIdentity, deleteIdentity, getIdentity, listIdentities } from './identities.ts'
import {
  CallbackQuery,
  ExchangeOauth,
  LinkOauthIdentity,
  OauthIdentities,
  OauthIdentity,
  OauthProviders,
  StartQuery,
} from './schema.ts'
import { signInWithIdentity } from './sign-in.ts'
import { listProviders, STATE_LIFE_MS, startOauth } from './start.ts'
import { openTicket, TICKET_COOKIE, TICKET_LIFE_MS } from './tickets.ts'

export const oauthRoutes = router()
  .get(
    '/providers',
    limitByAddress,
    doc('auth.oauth.listProviders', 'List sign-in providers', 200, OauthProviders),
    (c) => c.json(listProviders(c.var.request)),
  )
  .get(
    '/:provider/start',
    limitByAddress,
    doc('auth.oauth.start', 'Redirect the browser to a sign-in provider', 302, null),
    validate('query', StartQuery),
    async (c) => {
      const { location, cookie } = await startOauth(
        c.var.request,
        c.req.param('provider'),
        c.req.valid('query'),
      )
      writeCookie(c, cookie.name, cookie.value, STATE_LIFE_MS)
      return c.redirect(location, 302)
    },
  )
  .get(
    '/:provider/callback',
    limitByAddress,
    doc('auth.oauth.handleCallback', 'Handle the redirect from a sign-in provider', 200, Tokens, {
      otherAnswers: {
        302: 'Redirect to the returnTo page, if one was given, with a code or an error in the fragment',
      },
    }),
    validate('query', CallbackQuery),
    async (c) => {
      const parameters = new URL(c.req.url).searchParams
      const outcome = await finishOauth(c.var.request, c.req.param('provider'), parameters, (name) =>
        readCookie(c, name),
      )
      return answer(c, outcome)
    },
  )
  .post(
    '/exchange',
    limitByAddress,
    requireOwnConsole,
    doc('auth.oauth.exchange', 'Exchange the code of a provider sign-in for tokens', 200, Tokens),
    validate('json', ExchangeOauth),
    async (c) => {
      const { mfaCode, ...ticket } = c.req.valid('json')
      const { identity, consume } = await openTicket(c.var.request, {
        ...ticket,
        cookie: readCookie(c, TICKET_COOKIE),
      })
      const tokens = await signInWithIdentity(c.var.request, identity, { mfaCode, consume })
      dropCookie(c, TICKET_COOKIE)
      await rememberDevice(c, tokens.user.email)
      return c.json(sendTokens(c, tokens))
    },
  )
  .get(
    '/identities',
    accessWithRead('account:manage'),
    doc('auth.identities.list', 'List your linked sign-in providers', 200, OauthIdentities),
    async (c) => c.json(await listIdentities(c.var.readCtx)),
  )
  .post(
    '/identities',
    access('account:manage'),
    idempotent(getIdentity),
    doc('auth.identities.create', 'Link a sign-in provider to your account', 201, OauthIdentity, {
      description:
        'Requires the password. An account without one requires a sign-in within the last ten minutes or a second-factor code.',
    }),
    validate('json', LinkOauthIdentity),
    async (c) => {
      const cookie = readCookie(c, TICKET_COOKIE)
      const identity = await createIdentity(c.var.ctx, { ...c.req.valid('json'), cookie })
      dropCookie(c, TICKET_COOKIE)
      return c.json(identity, 201)
    },
  )
  .delete(
    '/identities/:provider',
    access('account:manage'),
    doc('auth.identities.delete', 'Unlink a sign-in provider', 204, null),
    async (c) => {
      await deleteIdentity(c.var.ctx, c.req.param('provider'))
      return c.body(null, 204)
    },
  )

async function answer(c: Context<AppEnv>, outcome: CallbackOutcome): Promise<Response> {
  if (outcome.kind === 'tokens') c.res = c.json(outcome.tokens)
  else if (outcome.kind === 'redirect') c.res = c.redirect(outcome.location, 302)
  else c.res = problemResponse(c, outcome.error)
  if (outcome.kind === 'tokens') await rememberDevice(c, outcome.tokens.user.email)
  if (outcome.spentCookie !== undefined) dropCookie(c, outcome.spentCookie)
  if (outcome.ticket !== undefined) writeCookie(c, TICKET_COOKIE, outcome.ticket, TICKET_LIFE_MS)
  return c.res
}
