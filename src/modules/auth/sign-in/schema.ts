import * as z from 'zod'
import { PLANS } from '../../../core/plans.ts'
import { PLATFORM_ROLES, TEAM_ROLES } from '../../../db/schema/index.ts'
import { Email, PlainText } from '../../../http/text.ts'
import { InvitationToken } from '../../teams/index.ts'
import { Password } from '../passwords/schema.ts'
import { OneTimeToken } from '../schema.ts'
import { SignedInUser } from '../sessions/schema.ts'

export const Register = z
  .strictObject({
    email: Email,
    password: Password,
    name: PlainText(80).optional(),
    invitation: InvitationToken.optional().meta({
      description:
        'The token from an email that invites this address to a team. It verifies the address, so no verification email is sent. Registering does not accept the invitation; accept it with the access token afterwards.',
    }),
  })
  .meta({ id: 'Register' })
export type Register = z.infer<typeof Register>

export const Login = z
  .strictObject({ email: Email, password: Password, mfaCode: z.string().trim().min(1).max(64).optional() })
  .meta({ id: 'Login' })
export type Login = z.infer<typeof Login>

export const VerifyEmail = z.strictObject({ token: OneTimeToken }).meta({ id: 'VerifyEmail' })
export type VerifyEmail = z.infer<typeof VerifyEmail>

export const EmailState = z
  .strictObject({ email: z.string(), emailVerified: z.boolean() })
  .meta({ id: 'EmailState' })
export type EmailState = z.infer<typeof EmailState>

export const Me = z
  .strictObject({
    ...SignedInUser.shape,
    /** The team that the request acts in. */
    team: z.strictObject({ id: z.string(), role: z.enum(TEAM_ROLES), plan: z.enum(PLANS) }),
    /** The scopes of the API key; null for a signed-in user. */
    scopes: z.array(z.string()).nullable(),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const Verified = z
  .strictObject({
    valid: z.literal(true),
    kind: z.enum(['user', 'api_key']),
    userId: z.string(),
    email: z.string(),
    role: z.enum(PLATFORM_ROLES),
    teamId: z.string(),
    teamRole: z.enum(TEAM_ROLES),
    sessionId: z.string().nullable(),
    keyId: z.string().nullable(),
    scopes: z.array(z.string()).nullable(),
  })
  .meta({ id: 'Verified' })
export type Verified = z.infer<typeof Verified>
