import * as z from 'zod'
import { pageOf } from '../../../http/pagination.ts'
import { Password } from '../passwords/schema.ts'

const OauthProviderView = z
  .strictObject({ id: z.string(), name: z.string(), startUrl: z.url() })
  .meta({ id: 'OauthProvider' })

export const OauthProviders = pageOf(OauthProviderView).meta({ id: 'OauthProviders' })
export type OauthProviders = z.infer<typeof OauthProviders>

/** 256 random bits, or a SHA-256 hash, in base64url. */
const Token43 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .meta({ examples: ['q3Jt5cQn0Vw8mZ2rYb6xKf1uHs4pLd7gEa9iTo0jNwM'] })

export const StartQuery = z.strictObject({
  returnTo: z.string().max(2048).optional().meta({
    description:
      'The page to return to, with `#code=…` or `#error=…`. Allowed are `/` and `/account/invitation` on this server, pages of `CORS_ORIGINS` on the same site, and pages in `OAUTH_RETURN_PAGES`. If omitted, the callback responds with the tokens.',
  }),
  codeChallenge: Token43.optional().meta({
    description:
      'S256 challenge of a verifier that the page keeps. Required for a page on another site. On the same site the code is also bound to a browser cookie, so exchange it with `credentials: "include"`.',
  }),
})
export type StartQuery = z.infer<typeof StartQuery>

/** Providers may add their own parameters. */
export const CallbackQuery = z.looseObject({
  state: z.string().optional(),
  code: z.string().optional(),
  iss: z.string().optional(),
  error: z.string().optional(),
})

const Ticket = {
  code: Token43.optional().meta({
    description: 'The code from the fragment of the returnTo page. Omit it if the code is in the cookie.',
  }),
  codeVerifier: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{43,128}$/)
    .optional(),
}

const MfaCode = z.string().trim().min(6).max(64).optional()

export const ExchangeOauth = z.strictObject({ ...Ticket, mfaCode: MfaCode }).meta({ id: 'ExchangeOauth' })
export type ExchangeOauth = z.infer<typeof ExchangeOauth>

export const LinkOauthIdentity = z
  .strictObject({
    ...Ticket,
    password: Password.optional().meta({ description: 'Required if the account has a password.' }),
    mfaCode: MfaCode.meta({
      description:
        'For an account without a password: a second-factor code, instead of a sign-in within the last ten minutes.',
    }),
  })
  .meta({ id: 'LinkOauthIdentity' })
export type LinkOauthIdentity = z.infer<typeof LinkOauthIdentity>

export const OauthIdentity = z
  .strictObject({ provider: z.string(), email: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'OauthIdentity' })
export type OauthIdentity = z.infer<typeof OauthIdentity>

export const OauthIdentities = pageOf(OauthIdentity).meta({ id: 'OauthIdentities' })
export type OauthIdentities = z.infer<typeof OauthIdentities>
