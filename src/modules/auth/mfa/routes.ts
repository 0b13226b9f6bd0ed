import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { BackupCodes, DisableMfa, MfaCode, MfaSetup, MfaState, SetUpMfa } from './schema.ts'
import { disableMfa, renewBackupCodes, setUpMfa, verifyMfa } from './service.ts'

export const mfaRoutes = router()
  .post(
    '/setup',
    access('account:manage'),
    idempotent('secret'),
    doc('auth.mfa.setUp', 'Start setting up a second factor', 200, MfaSetup),
    validate('json', SetUpMfa, { optional: true }),
    async (c) => c.json(await setUpMfa(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/verify',
    access('account:manage'),
    idempotent('secret'),
    doc('auth.mfa.verify', 'Confirm the second factor with a code', 200, BackupCodes),
    validate('json', MfaCode),
    async (c) => c.json(await verifyMfa(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/disable',
    access('account:manage'),
    doc('auth.mfa.disable', 'Remove the second factor', 200, MfaState),
    validate('json', DisableMfa),
    async (c) => c.json(await disableMfa(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/backup-codes',
    access('account:manage'),
    idempotent('secret'),
    doc('auth.mfa.renewBackupCodes', 'Replace the backup codes', 200, BackupCodes),
    validate('json', MfaCode),
    async (c) => c.json(await renewBackupCodes(c.var.ctx, c.req.valid('json'))),
  )
