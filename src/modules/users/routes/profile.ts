import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { ConfirmEmail, DeleteAccount, Profile, UpdateProfile } from '../schema/profile.ts'
import { deleteAccount } from '../service/delete-account.ts'
import { confirmEmail } from '../service/email-change.ts'
import { readProfile } from '../service/profile.ts'
import { updateProfile } from '../service/update-profile.ts'

export const profileRoutes = router()
  .get(
    '/profile',
    accessWithRead('profile:read'),
    doc('Read my profile', 200, Profile, { versioned: 'etag' }),
    async (c) => {
      const profile = await readProfile(c.var.readCtx)
      setEtag(c, profile.version)
      return c.json(profile)
    },
  )
  .on(
    UPDATE,
    '/profile',
    access('profile:write'),
    doc('Change my profile', 200, Profile, {
      description:
        'A new e-mail address needs the current password (or, without one, a sign-in of the last ten minutes), is shown as pendingEmail, and takes effect once the token that was mailed to it comes to POST /users/profile/email. Sending the present address takes a pending change back.',
      versioned: 'if-match',
    }),
    validate('json', UpdateProfile),
    async (c) => {
      const profile = await updateProfile(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      setEtag(c, profile.version)
      return c.json(profile)
    },
  )
  .post(
    '/profile/email',
    access('account:manage'),
    doc('Confirm a new e-mail address', 200, Profile, {
      description: 'With the token that was mailed to the new address; it is good once, for 24 hours.',
      versioned: 'if-match',
    }),
    validate('json', ConfirmEmail),
    async (c) => {
      const profile = await confirmEmail(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      setEtag(c, profile.version)
      return c.json(profile)
    },
  )
  .delete(
    '/profile',
    access('account:manage'),
    doc('Delete my account and its data', 204, null, {
      description:
        'Needs the password or, without one, a sign-in of the last ten minutes. Teams that have other members must be handed over or deleted first; the personal team and teams without others go with everything in them, and so do sessions, keys and the avatar. Audit entries are kept: they name the account by its id.',
      versioned: 'if-match',
    }),
    validate('json', DeleteAccount),
    async (c) => {
      await deleteAccount(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
