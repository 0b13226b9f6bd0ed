// Creates a user together with their personal team, for every way of signing in.
import { newId } from '../../core/ids.ts'
import type { Statement } from '../../db/commit.ts'
import { currentSettings } from '../../db/platform-settings.ts'
import { insertTeam } from '../teams/index.ts'
import { insertAccount } from './account-repo.ts'
import type { SessionUser } from './sessions/issue.ts'

export type NewAccountInput = {
  email: string
  /** Defaults to the part of the address before the @. */
  name: string | undefined
  /** Null for users who sign in with a provider. */
  passwordHash: string | null
  emailVerifiedAt: number | null
}

export function createAccount(
  ask: NewAccountInput,
  now: number,
): { user: SessionUser; statements: Statement[] } {
  const user: SessionUser = {
    id: newId('usr', now),
    email: ask.email,
    emailVerifiedAt: ask.emailVerifiedAt,
    name: ask.name ?? ask.email.slice(0, ask.email.indexOf('@')),
    role: 'user',
    tokenVersion: 1,
    personalTeamId: newId('team', now),
    mfaEnabled: false,
    createdAt: now,
  }
  const { id, email, name, emailVerifiedAt, personalTeamId } = user
  return {
    user,
    statements: [
      insertAccount({
        id,
        email,
        name,
        passwordHash: ask.passwordHash,
        emailVerifiedAt,
        personalTeamId,
        now,
      }),
      ...insertTeam({
        id: personalTeamId,
        name: 'Personal',
        description: '',
        personal: true,
        ownerId: id,
        // The request has already read the settings, to check the registration mode or with an administrator's rights.
        plan: currentSettings().defaultPlan ?? 'free',
        now,
      }),
    ],
  }
}
