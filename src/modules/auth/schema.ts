import * as z from 'zod'
import { PLATFORM_ROLES } from '../../db/schema/index.ts'

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
