import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { apiKeysExport } from './export-repo.ts'
import { apiKeyRoutes } from './routes.ts'

export { hashApiKey, isWellFormedApiKey, startsLikeApiKey } from './format.ts'
export { deleteKeysIf, markKeyUsed, revokeApiKeys, revokeKeysIn } from './repo.ts'

/** Revoked keys are not shown. An expired key is shown to its owner for a while, to explain why it fails. */
const REVOKED_LIFE_MS = 7 * DAY_MS
const EXPIRED_LIFE_MS = 90 * DAY_MS

export const apiKeysModule = defineModule({
  name: 'api-keys',
  routes: [['/api/v1/auth/api-keys', apiKeyRoutes]],
  expires: [
    { table: 'api_keys', column: 'revoked_at', keepMs: REVOKED_LIFE_MS, and: 'revoked_at IS NOT NULL' },
    { table: 'api_keys', column: 'expires_at', keepMs: EXPIRED_LIFE_MS, and: 'expires_at IS NOT NULL' },
  ],
  exportLists: apiKeysExport,
})
