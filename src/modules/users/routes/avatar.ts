import * as z from 'zod'
import { byVersion } from '../../../core/version.ts'
import { access } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { doc, takeBytes } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { Profile } from '../schema/profile.ts'
import { deleteAvatar, getAvatar, putAvatar } from '../service/avatar.ts'
import { IMAGE_TYPES } from '../service/image.ts'

const Image = z.string().meta({ format: 'binary' })

export const avatarRoutes = router()
  .get(
    '/profile/avatar',
    access('profile:read'),
    doc('users.avatar.get', 'Get your avatar', 200, Image, {
      mediaType: 'image/*',
      versioned: 'etag',
      otherAnswers: { 304: 'Not modified: the avatar still has the ETag in If-None-Match' },
    }),
    async (c) => {
      const picture = await getAvatar(c.var.ctx)
      c.header('ETag', picture.etag)
      c.header('Cache-Control', 'private, no-cache')
      if (c.req.header('if-none-match') === picture.etag) return c.body(null, 304)
      // Serve user content only as a download, never as a page of this origin.
      c.header('Content-Type', picture.type)
      c.header('Content-Disposition', `attachment; filename="${picture.filename}"`)
      c.header('Content-Length', String(picture.sizeBytes))
      c.header('X-Content-Type-Options', 'nosniff')
      c.header('Content-Security-Policy', "default-src 'none'; sandbox")
      return c.body(picture.body)
    },
  )
  .on(
    UPDATE_BY_PUT,
    '/profile/avatar',
    access('profile:write'),
    doc('users.avatar.update', 'Set your avatar', 200, Profile, {
      description:
        'The body is the image itself, at most 2 MB. Content-Type must be image/png, image/jpeg, image/webp or image/gif and match the content. If-Match accepts the ETag of the avatar or of the profile.',
      versioned: 'if-match',
    }),
    takeBytes(IMAGE_TYPES),
    async (c) => {
      const announced = c.req.header('content-length')
      const upload = {
        body: c.req.raw.body,
        type: c.req.header('content-type'),
        sizeBytes: announced === undefined ? null : Number(announced),
      }
      return versioned(c, byVersion(await putAvatar(c.var.ctx, upload, expectedVersion(c))))
    },
  )
  .delete(
    '/profile/avatar',
    access('profile:write'),
    doc('users.avatar.delete', 'Delete your avatar', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteAvatar(c.var.ctx, expectedVersion(c))
      return c.body(null, 204)
    },
  )
