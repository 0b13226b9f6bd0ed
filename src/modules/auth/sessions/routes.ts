import { AppError } from '../../../core/errors.ts'
import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { limitByAddress } from '../../../http/rate-limit.ts'
import { router } from '../../../http/router.ts'
import {
  dropRefreshCookie,
  isConsole,
  readRefreshCookie,
  requireOwnConsole,
  sendTokens,
} from './console-session.ts'
import { refresh } from './refresh.ts'
import { ListSessions, Refresh, SessionPage, Tokens } from './schema.ts'
import { listSessions, revokeOtherSessions, revokeSession, signOut } from './service.ts'

const SESSION_ID = `:id{${idPattern('ses')}}` as const

export const sessionRoutes = router()
  .post(
    '/refresh',
    limitByAddress,
    requireOwnConsole,
    doc('auth.refresh', 'Exchange a refresh token for a new token pair', 200, Tokens),
    validate('json', Refresh, { optional: true }),
    async (c) => {
      const inCookie = readRefreshCookie(c)
      const { refreshToken } = c.req.valid('json')
      if (refreshToken !== undefined)
        return c.json(sendTokens(c, await refresh(c.var.request, refreshToken, 'body')))
      if (!isConsole(c))
        throw new AppError('request.invalid', {
          errors: [{ path: '/refreshToken', message: 'is required', code: 'required' }],
        })
      if (inCookie === undefined) throw new AppError('auth.invalid_refresh_token')
      return c.json(sendTokens(c, await refresh(c.var.request, inCookie, 'cookie')))
    },
  )
  .post(
    '/logout',
    access('account:manage'),
    doc('auth.logout', 'Sign out and end the current session', 204, null),
    async (c) => {
      await signOut(c.var.ctx)
      dropRefreshCookie(c)
      return c.body(null, 204)
    },
  )
  .get(
    '/sessions',
    access('account:manage'),
    doc('auth.sessions.list', 'List your sessions', 200, SessionPage),
    validate('query', ListSessions),
    async (c) => c.json(await listSessions(c.var.ctx, c.req.valid('query'))),
  )
  .delete(
    '/sessions',
    access('account:manage'),
    doc('auth.sessions.revokeOthers', 'End all your other sessions', 204, null),
    async (c) => {
      await revokeOtherSessions(c.var.ctx)
      return c.body(null, 204)
    },
  )
  .delete(
    `/sessions/${SESSION_ID}`,
    access('account:manage'),
    doc('auth.sessions.revoke', 'End one of your sessions', 204, null),
    async (c) => {
      await revokeSession(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
