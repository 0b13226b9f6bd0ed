import * as z from 'zod'
import { PLANS } from '../../../core/plans.ts'
import { PLATFORM_ROLES, TEAM_ROLES } from '../../../db/schema/index.ts'
import { Email, PlainText } from '../../../http/text.ts'
import { InvitationToken } from '../../teams/index.ts'
import { Password } from '../passwords/schema.ts'
import { OneTimeToken } from '../schema.ts'
import { SignedInUser, Tokens } from '../sessions/schema.ts'

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

/** The form of OAuth 2.0 (RFC 6749, 4.3). Fields about the client are accepted and ignored. */
export const LoginForm = z
  .object({
    grant_type: z.literal('password').optional().describe('May be omitted.'),
    username: z.string().describe('The email address.'),
    password: z.string(),
    mfa_code: z.string().optional().describe('A code of the second factor, or a backup code.'),
    scope: z.string().optional().describe('Ignored: a session may do what its user may do.'),
    client_id: z.string().optional().describe('Ignored.'),
    client_secret: z.string().optional().describe('Ignored.'),
  })
  .meta({ id: 'LoginForm' })

const onlyForForms = 'Only in the response to a form: the same value under its OAuth 2.0 name.'

export const LoginTokens = z
  .strictObject({
    ...Tokens.shape,
    access_token: z.string().optional().describe(onlyForForms),
    refresh_token: z.string().optional().describe(onlyForForms),
    token_type: z.literal('bearer').optional().describe(onlyForForms),
    expires_in: z.int().optional().describe(onlyForForms),
  })
  .meta({ id: 'LoginTokens' })
export type LoginTokens = z.infer<typeof LoginTokens>
export const SignInOptions = z
  .strictObject({
    registration: z.enum(['open', 'invite', 'closed']).describe('Who can create an account.'),
    demo: z
      .strictObject({ email: z.string(), password: z.string() })
      .nullable()
      .describe('The account of the demo user. Only in development.'),
  })
  .meta({ id: 'SignInOptions' })
export type SignInOptions = z.infer<typeof SignInOptions>

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
