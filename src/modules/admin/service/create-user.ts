import type { ServiceContext } from '../../../context.ts'
import { randomToken } from '../../../core/crypto.ts'
import { AppError } from '../../../core/errors.ts'
import { auditedAddress } from '../../../db/audited-address.ts'
import { commit, isUniqueViolation } from '../../../db/commit.ts'
import { createAccount, hashPassword, requireGoodPassword } from '../../auth/index.ts'
import { updatePlanForRole } from '../../teams/index.ts'
import { guardAdmin, setNewRole } from '../repo/changes.ts'
import type { CreatedUser, CreateUser } from '../schema.ts'
import { getUser, PLATFORM_LOG } from './users.ts'

export async function createUser(ctx: ServiceContext, input: CreateUser): Promise<CreatedUser> {
  const { email, name, role, emailVerified } = input
  if (input.password !== undefined) requireGoodPassword(input.password, email, '/password')
  const generated = input.password === undefined ? generatePassword() : null
  const passwordHash = await hashPassword(ctx.settings, generated ?? input.password ?? '')
  const now = ctx.now()
  const { user, statements } = createAccount(
    { email, name, passwordHash, emailVerifiedAt: emailVerified ? now : null },
    now,
  )
  try {
    const outcome = await commit(ctx, {
      guard: guardAdmin(ctx.actor.userId),
      statements: [
        ...statements,
        setNewRole(user.id, role),
        ...updatePlanForRole(user.id, user.role, role, now),
      ],
      audit: {
        action: 'user.created',
        targetType: 'user',
        targetId: user.id,
        teamId: PLATFORM_LOG,
        after: { ...(await auditedAddress(email)), role, emailVerified },
      },
    })
    if (outcome === 'guard_missed') throw new AppError('access.denied')
  } catch (error) {
    if (isUniqueViolation(error, 'users.email')) throw new AppError('auth.email_taken')
    throw error
  }
  return { ...(await getUser(ctx, user.id)), password: generated }
}

/** 256 random bits. The suffix makes it meet the password rules. */
const generatePassword = (): string => `${randomToken()}-aA1`
