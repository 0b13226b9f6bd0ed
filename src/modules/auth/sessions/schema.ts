import * as z from 'zod'
import { PLATFORM_ROLES } from '../../../db/schema/index.ts'
import { listQuery, pageOf } from '../../../http/pagination.ts'

export const Refresh = z
  .strictObject({
    refreshToken: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe('The console omits it, because its token is in a cookie.'),
  })
  .meta({ id: 'Refresh', example: { refreshToken: 'zJ0mP4wq0dJ1uWkqk0xqv8bFqk2mYb3nq1c5m7tZr9A' } })
export type Refresh = z.infer<typeof Refresh>

/** The signed-in user, as returned by the sign-in routes and `GET /auth/me`. */
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
    refreshToken: z
      .string()
      .optional()
      .describe(
        'Exchange it once for a new pair of tokens. Absent for the console, which gets it as a cookie.',
      ),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int(),
    user: SignedInUser,
  })
  .meta({ id: 'Tokens' })
export type Tokens = z.infer<typeof Tokens>
/** As issued. The console does not see the refresh token. */
export type IssuedTokens = Tokens & { refreshToken: string }

export const Session = z
  .strictObject({
    id: z.string(),
    method: z.enum(['password', 'oauth']),
    /** Whether this is the session that makes the request. */
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
