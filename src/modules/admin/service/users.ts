import type { ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { countUsers, findUser, findUsers, type UserRow } from '../repo/users.ts'
import type { AdminUser, ListUsers } from '../schema.ts'

/** The audit log of administrators' actions, which no team's members can read. */
export const PLATFORM_LOG = 'system'

export async function listUsers(ctx: ServiceContext, query: ListUsers): Promise<Page<AdminUser>> {
  const rows = await findUsers(ctx.env.DB, query)
  const byEmail = query.sort.endsWith('email')
  const page = toPage(
    rows,
    query,
    (row) => ({ value: byEmail ? row.email : row.createdAt, id: row.id }),
    toAdminUser,
  )
  return query.count ? { ...page, total: await countUsers(ctx.env.DB, query) } : page
}

export const getUser = async (ctx: ServiceContext, id: string): Promise<AdminUser> =>
  toAdminUser(await requireUser(ctx, id))

export async function requireUser(ctx: ServiceContext, id: string): Promise<UserRow> {
  const row = await findUser(ctx.env.DB, id)
  if (row === null) throw notFound('The user')
  return row
}

export async function requireStillAdmin(ctx: ServiceContext): Promise<void> {
  const actor = await findUser(ctx.env.DB, ctx.actor.userId)
  if (actor?.role !== 'admin' || actor.status !== 'active') throw new AppError('access.denied')
}

/** Throws the reason why a guarded change had no effect. */
export async function explainMiss(ctx: ServiceContext, userId: string): Promise<never> {
  await requireStillAdmin(ctx)
  await requireUser(ctx, userId)
  throw new AppError('resource.stale', { detail: 'The user was just changed by another request.' })
}

/** Admins cannot change their own rights, so at least one admin always remains. */
export function requireOther(ctx: ServiceContext, userId: string): void {
  if (userId === ctx.actor.userId)
    throw new AppError('admin.own_account', { detail: 'Ask another administrator to change your account.' })
}

const toAdminUser = ({
  emailVerifiedAt,
  mfaEnabled,
  lastSignInAt,
  createdAt,
  updatedAt,
  ...row
}: UserRow): AdminUser => ({
  ...row,
  emailVerified: emailVerifiedAt !== null,
  mfaEnabled: mfaEnabled === 1,
  lastSignInAt: toIsoOrNull(lastSignInAt),
  createdAt: toIso(createdAt),
  updatedAt: toIso(updatedAt),
})
