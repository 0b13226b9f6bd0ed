import { DAY_MS } from '../../core/clock.ts'
import { idPattern } from '../../core/ids.ts'
import { defineModule } from '../define-module.ts'
import { rewrapIntegrations } from './credentials/rewrap.ts'
import { integrationsExport } from './repo/export.ts'
import { connectPageRoutes, integrationRoutes } from './routes.ts'
import { MAX_USAGE_DAYS } from './schema.ts'
import { erasePreviousSecrets } from './service/erase.ts'
import { testDueIntegrations } from './tests/nightly.ts'

export { callWithCredential, streamWithCredential } from './credentials/call.ts'
export { findCredentials, type KnownCredential } from './credentials/find.ts'
export { hidingStream } from './credentials/hide-stream.ts'
export { type Credential, type CredentialScope, openCredential } from './credentials/open.ts'
export { findIntegrationOfType, findIntegrationsOfTypes } from './credentials/repo.ts'
export { secretTexts } from './credentials/secret-texts.ts'
export { signInWith } from './credentials/sign-in.ts'
export { openWebhookSecrets } from './credentials/webhook-secrets.ts'
export { type FoundIntegration, searchIntegrations } from './repo/integrations.ts'
export { countUses } from './usage/count.ts'

export const integrationsModule = defineModule({
  name: 'integrations',
  routes: [
    ['/', connectPageRoutes],
    ['/api/v1/users/integrations', integrationRoutes],
  ],
  publicRoutes: [
    `GET /integrations/:id{${idPattern('int')}}/connect`,
    'GET /api/v1/users/integrations/callback',
  ],
  cron: [
    { name: 'erase rotated secrets', run: erasePreviousSecrets },
    { name: 'test integrations', run: testDueIntegrations },
    { name: 're-encrypt integration secrets', run: rewrapIntegrations },
  ],
  expires: [
    { table: 'integration_uses', column: 'last_at', keepMs: MAX_USAGE_DAYS * DAY_MS },
    { table: 'integration_connects', column: 'expires_at', keepMs: 0 },
  ],
  exportLists: integrationsExport,
})
