import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, setEtag } from '../../../http/etag.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { ConfirmEmail, DeleteAccount, Profile, UpdateProfile } from '../schema/profile.ts'
import { deleteAccount } from '../service/delete-account.ts'
import { confirmEmail } from '../service/email-change.ts'
import { getProfile } from '../service/profile.ts'
import { updateProfile } from '../service/update-profile.ts'

export const profileRoutes = router()
  .get(
    '/profile',
    accessWithRead('profile:read'),
    doc('users.profile.get', 'Get your profile', 200, Profile, { versioned: 'etag' }),
    async (c) => {
      const profile = await getProfile(c.var.readCtx)
      setEtag(c, profile.version)
      return c.json(profile)
    },
  )
  .on(
    UPDATE_BY_PUT,
    '/profile',
    access('profile:write'),
    doc('users.profile.update', 'Update your profile', 200, Profile, {
      description:
        'A new email address requires the current password or, if there is none, a sign-in within the last ten minutes. It appears as `pendingEmail` and takes effect once you send the token mailed to it to POST /users/profile/email. Sending the current address cancels a pending change.',
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
    doc('users.profile.confirmEmail', 'Confirm a new email address', 200, Profile, {
      description: 'Requires the token mailed to the new address. It works once and expires after 24 hours.',
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
    doc('users.profile.delete', 'Delete your account and its data', 204, null, {
      description:
        'Requires the password or, if there is none, a sign-in within the last ten minutes. Transfer or delete teams that have other members first. The personal team and teams without other members are deleted with everything in them, and so are sessions, API keys and the avatar. Audit entries are kept; they refer to the account by its id.',
      versioned: 'if-match',
    }),
    validate('json', DeleteAccount),
    async (c) => {
      await deleteAccount(c.var.ctx, c.req.valid('json'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
