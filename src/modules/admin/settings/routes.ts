import { byVersion } from '../../../core/version.ts'
import { access } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { AdminSettings, UpdateAdminSettings } from './schema.ts'
import { getSettings, updateSettings } from './service.ts'

export const settingsRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('admin.settings.get', 'Get the platform settings', 200, AdminSettings, { versioned: 'etag' }),
    async (c) => versioned(c, byVersion(await getSettings(c.var.ctx))),
  )
  .on(
    UPDATE_BY_PUT,
    '/',
    access('admin:write'),
    doc('admin.settings.update', 'Update the platform settings', 200, AdminSettings, {
      description:
        'Omitted fields stay unchanged, and null restores the default. A change applies from the next request on. Existing data that exceeds a smaller limit is kept.',
      versioned: 'if-match',
    }),
    validate('json', UpdateAdminSettings),
    async (c) =>
      versioned(c, byVersion(await updateSettings(c.var.ctx, c.req.valid('json'), expectedVersion(c)))),
  )
