import * as z from 'zod'
import { byVersion } from '../../../core/version.ts'
import { access } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { doc, takeBytes } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { Profile } from '../schema/profile.ts'
import { deleteAvatar, putAvatar, readAvatar } from '../service/avatar.ts'
import { IMAGE_TYPES } from '../service/image.ts'

const Image = z.string().meta({ format: 'binary' })

export const avatarRoutes = router()
  .get(
    '/profile/avatar',
    access('profile:read'),
    doc('Read my avatar', 200, Image, {
      mediaType: 'image/*',
      versioned: 'etag',
      otherAnswers: { 304: 'It is still the one that If-None-Match names' },
    }),
    async (c) => {
      const picture = await readAvatar(c.var.ctx)
      c.header('ETag', picture.etag)
      c.header('Cache-Control', 'private, no-cache')
      if (c.req.header('if-none-match') === picture.etag) return c.body(null, 304)
      // What a user sent is only ever a file to keep, never a page of ours.
      c.header('Content-Type', picture.type)
      c.header('Content-Disposition', `attachment; filename="${picture.filename}"`)
      c.header('Content-Length', String(picture.sizeBytes))
      c.header('X-Content-Type-Options', 'nosniff')
      c.header('Content-Security-Policy', "default-src 'none'; sandbox")
      return c.body(picture.body)
    },
  )
  .on(
    UPDATE,
    '/profile/avatar',
    access('profile:write'),
    doc('Set my avatar', 200, Profile, {
      description:
        'The body is the image itself, at most 2 MB: image/png, image/jpeg, image/webp or image/gif, and of the type that Content-Type says. If-Match takes the ETag of the picture or of the profile.',
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
    doc('Remove my avatar', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteAvatar(c.var.ctx, expectedVersion(c))
      return c.body(null, 204)
    },
  )
