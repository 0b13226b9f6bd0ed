import * as z from 'zod'
import { PLANS } from '../../core/plans.ts'
import { PLATFORM_ROLES, TEAM_ROLES } from '../../db/schema/index.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { KEY_SCOPES } from '../../http/scopes.ts'
import { Email, PlainText } from '../../http/text.ts'
import { InvitationToken } from '../teams/index.ts'

/** Bounded for the hash's sake; whether a new one is good enough is judged by the password rules. */
export const Password = z.string().min(1).max(512)

const OneTimeToken = z.string().trim().min(1).max(128)

export const Register = z
  .strictObject({
    email: Email,
    password: Password,
    name: PlainText(80).optional(),
    invitation: InvitationToken.optional().meta({
      description:
        'The token of a mail that invites this address into a team. It proves the address, so no other mail is sent to verify it. It is not used up: accept the invitation with the access token.',
    }),
  })
  .meta({ id: 'Register' })
export type Register = z.infer<typeof Register>

export const Login = z
  .strictObject({ email: Email, password: Password, mfaCode: z.string().trim().min(1).max(64).optional() })
  .meta({ id: 'Login' })
export type Login = z.infer<typeof Login>

export const Refresh = z.strictObject({ refreshToken: z.string().min(1).max(128) }).meta({ id: 'Refresh' })
export type Refresh = z.infer<typeof Refresh>

export const ChangePassword = z
  .strictObject({ currentPassword: Password, newPassword: Password })
  .meta({ id: 'ChangePassword' })
export type ChangePassword = z.infer<typeof ChangePassword>

export const ForgotPassword = z.strictObject({ email: Email }).meta({ id: 'ForgotPassword' })
export type ForgotPassword = z.infer<typeof ForgotPassword>

/** `password`, as at registration, is taken for `newPassword`. */
const Reset = {
  token: OneTimeToken,
  revokeKeys: z
    .boolean()
    .optional()
    .meta({ description: 'Revokes all API keys of the account, in every team. Without it they stay.' }),
  unlinkIdentities: z
    .boolean()
    .optional()
    .meta({ description: 'Unlinks all sign-in providers; the new password is the way in that stays.' }),
}

export const ResetPassword = z
  .union([
    z.strictObject({ ...Reset, newPassword: Password }),
    z.strictObject({ ...Reset, password: Password }),
  ])
  .transform(({ token, revokeKeys = false, unlinkIdentities = false, ...body }) => ({
    token,
    newPassword: 'newPassword' in body ? body.newPassword : body.password,
    revokeKeys,
    unlinkIdentities,
  }))
  .meta({ id: 'ResetPassword' })
export type ResetPassword = z.infer<typeof ResetPassword>

export const VerifyEmail = z.strictObject({ token: OneTimeToken }).meta({ id: 'VerifyEmail' })
export type VerifyEmail = z.infer<typeof VerifyEmail>

/** The same for every address, so that it says nothing about who has an account. */
export const MailOnItsWay = z.strictObject({ status: z.literal('accepted') }).meta({ id: 'MailOnItsWay' })
export type MailOnItsWay = z.infer<typeof MailOnItsWay>

export const EmailState = z
  .strictObject({ email: z.string(), emailVerified: z.boolean() })
  .meta({ id: 'EmailState' })
export type EmailState = z.infer<typeof EmailState>

/** The person who signed in, as the sign-in routes and `GET /auth/me` show them. */
export const SignedInUser = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    role: z.enum(PLATFORM_ROLES),
    mfaEnabled: z.boolean(),
    personalTeamId: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'SignedInUser' })
export type SignedInUser = z.infer<typeof SignedInUser>

export const Tokens = z
  .strictObject({
    accessToken: z.string(),
    refreshToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int(),
    user: SignedInUser,
  })
  .meta({ id: 'Tokens' })
export type Tokens = z.infer<typeof Tokens>

export const Me = z
  .strictObject({
    ...SignedInUser.shape,
    /** The team that the request is in. */
    team: z.strictObject({ id: z.string(), role: z.enum(TEAM_ROLES), plan: z.enum(PLANS) }),
    /** What the API key may do; null for a person. */
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

export const Session = z
  .strictObject({
    id: z.string(),
    method: z.enum(['password', 'oauth']),
    /** Whether it is the one that asks. */
    current: z.boolean(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SessionPage = pageOf(Session).meta({ id: 'SessionPage' })

export const ListSessions = listQuery(['-createdAt', 'createdAt'], {})
export type ListSessions = z.infer<typeof ListSessions>

const KeyScopes = z
  .array(z.enum(KEY_SCOPES))
  .min(1)
  .max(KEY_SCOPES.length * 2)

export const CreateApiKey = z
  .strictObject({
    name: PlainText(80),
    scopes: KeyScopes,
    /** Without it the key is good until it is deleted. */
    expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
  })
  .meta({ id: 'CreateApiKey' })
export type CreateApiKey = z.infer<typeof CreateApiKey>

export const ChangeApiKey = z
  .strictObject({ name: PlainText(80), scopes: KeyScopes })
  .partial()
  .meta({ id: 'ChangeApiKey' })
export type ChangeApiKey = z.infer<typeof ChangeApiKey>

export const ApiKey = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    masked: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const NewApiKey = z
  .strictObject({ ...ApiKey.shape, key: z.string().meta({ description: 'Shown this once.' }) })
  .meta({ id: 'NewApiKey' })
export type NewApiKey = z.infer<typeof NewApiKey>

export const ApiKeyPage = pageOf(ApiKey).meta({ id: 'ApiKeyPage' })

export const ListApiKeys = listQuery(['-createdAt', 'createdAt'], {})
export type ListApiKeys = z.infer<typeof ListApiKeys>

const PublicKey = z.strictObject({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string().optional(),
  kid: z.string(),
  alg: z.string(),
  use: z.literal('sig'),
})

export const PublicKeys = z.strictObject({ keys: z.array(PublicKey) }).meta({ id: 'PublicKeys' })
export type PublicKeys = z.infer<typeof PublicKeys>

export const HtmlPage = z.string().meta({ id: 'AccountPage' })
