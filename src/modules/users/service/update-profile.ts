import type { ServiceContext } from '../../../context.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { type Change, commitOrStale } from '../../../db/commit.ts'
import { updateProfileRow } from '../repo/profile.ts'
import type { Profile, UpdateProfile } from '../schema/profile.ts'
import { beginEmailChange } from './email-change.ts'
import { getProfile } from './profile.ts'

/** The name changes immediately. A new address takes effect once it is confirmed with the token sent to it. */
export async function updateProfile(
  ctx: ServiceContext,
  input: UpdateProfile,
  expected: Expected,
): Promise<Profile> {
  const { userId } = ctx.actor
  const before = await getProfile(ctx)
  const seen = requireExpected(expected, before.version)
  const { name, email, currentPassword } = input
  if (name === undefined && email === undefined) return before
  const mail: Pick<Change, 'statements' | 'messages'> =
    email === undefined ? {} : await beginEmailChange(ctx, email, currentPassword)
  await commitOrStale(ctx, {
    guard: updateProfileRow(ctx.db, userId, { name }, seen, ctx.now()),
    ...mail,
    audit: {
      action: email === undefined ? 'profile.updated' : 'email.change_asked',
      targetType: 'user',
      targetId: userId,
      ...(email === undefined ? {} : { before: await auditedAddress(before.email) }),
      after: {
        fields: [...(name === undefined ? [] : ['name']), ...(email === undefined ? [] : ['email'])],
        ...(email === undefined ? {} : await auditedAddress(email)),
      },
    },
  })
  return getProfile(ctx)
}
