import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { authExport } from './export-repo.ts'
import { rewrapFactors } from './mfa/second-factor.ts'
import { authRoutes, wellKnownRoutes } from './routes.ts'

export { insertAccount, type NewAccount } from './account-repo.ts'
export { authenticator } from './authenticator.ts'
export { dropCookie, readCookie, writeCookie } from './cookies.ts'
export { proveIdentity } from './identity-proof.ts'
export { deleteBackupCodes, deleteFactor } from './mfa/repo.ts'
export { createAccount } from './new-account.ts'
export {
  findEmailChange,
  guardEmailChange,
  insertOneTimeToken,
  voidAllOneTimeTokens,
  voidOneTimeTokens,
} from './one-time-token-repo.ts'
export { hashPassword } from './passwords/hash.ts'
export { requireGoodPassword } from './passwords/policy.ts'
export { endSessions } from './sessions/repo.ts'
export { createSocketTicket } from './socket-tickets/service.ts'

/** Ended sessions and used tokens stay a day longer than they hold, so that a reused token is recognised. */
const TOKEN_TABLES = ['refresh_tokens', 'sessions', 'one_time_tokens', 'oauth_states', 'oauth_tickets']

export { securityNotice } from './security-notice.ts'

export const authModule = defineModule({
  name: 'auth',
  routes: [
    ['/', wellKnownRoutes],
    ['/api/v1/auth', authRoutes],
  ],
  publicRoutes: [
    'GET /api/v1/auth/options',
    'GET /.well-known/jwks.json',
    'GET /account/verify-email',
    'GET /account/reset-password',
    'POST /api/v1/auth/register',
    'POST /api/v1/auth/login',
    'POST /api/v1/auth/refresh',
    'POST /api/v1/auth/password/forgot',
    'POST /api/v1/auth/password/reset',
    'POST /api/v1/auth/email/verify',
    'GET /api/v1/auth/oauth/providers',
    'GET /api/v1/auth/oauth/:provider/start',
    'GET /api/v1/auth/oauth/:provider/callback',
    'POST /api/v1/auth/oauth/exchange',
  ],
  cron: [{ name: 're-encrypt second factors', run: rewrapFactors }],
  expires: TOKEN_TABLES.map((table) => ({ table, column: 'expires_at', keepMs: DAY_MS })),
  exportLists: authExport,
})
