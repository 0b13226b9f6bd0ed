// What an integration type is: one value with its fields, how it signs requests, and how it is tested. Everything else
// (validation, `GET /types`, credentials, tests, webhooks) reads this and nothing else.
import * as z from 'zod'

/** How a request is signed. Everything in it is secret, and is added only where the host is allowed. */
export type Auth = {
  headers?: Record<string, string>
  query?: Record<string, string>
  /** Stands before the path of the request: some services take their token in the path. */
  pathPrefix?: string
}

export type HttpCall = {
  url: string
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
}

/** A clear answer says `ok` or `refused`; null leaves it to the status. */
export type Judge = (answer: { status: number; json: unknown }) => 'ok' | 'refused' | null

export type TypeTest = {
  /** What the test does, for people. */
  description: string
  /** Null where the configuration names nothing to call. */
  call: (config: Config, secrets: Secrets) => HttpCall | null
  judge?: Judge
  /** Others see what it does, so only people start it. */
  isVisible?: true
}

/** What has to be fetched before a request can be signed. */
export type TokenKind = 'client-credentials' | 'authorization-code' | 'github-app'

export type Config = Readonly<Record<string, unknown>>
export type Secrets = Readonly<Record<string, string>>

type SecretsShape = Record<string, z.ZodType<string> | z.ZodOptional<z.ZodType<string>>>

export type IntegrationType = {
  type: string
  name: string
  /** What it connects, and where its secrets are made. */
  help: string
  helpUrl: string | null
  config: z.ZodObject
  secrets: z.ZodObject<SecretsShape>
  /** The hosts that its secrets may go to unless the integration names others. Empty: it must name them. */
  hosts: (config: Config, secrets: Secrets) => string[]
  /** Where the API is, for callers that only name a path. */
  baseUrl?: (config: Config, secrets: Secrets) => string
  /** Null in `token` types; absent where requests are never signed with it. */
  auth?: (config: Config, secrets: Secrets) => Auth
  /** Signs with the token that was fetched. */
  token?: TokenKind
  /** Signs each request by itself, over its method, address and body (AWS). */
  signsRequests?: true
  /** What is wrong with fields that fit each by itself. */
  check?: (config: Config, secrets: Secrets) => { path: string; message: string }[]
  test?: TypeTest
  /** The secret that proves deliveries of a webhook. */
  webhookSecret?: string
}

const visible = /^[\x21-\x7e]+$/

/** A token or key that goes into a header. Copied text often brings spaces at its ends. */
export const token = (description: string) =>
  z.string().trim().min(1).max(8_192).regex(visible, 'visible ASCII characters only').describe(description)

/** A secret of any characters, such as a password or a private key. */
export const anySecret = (description: string, max = 16_384) =>
  z.string().min(1).max(max).describe(description)

export const text = (description: string, max = 500) =>
  z.string().trim().min(1).max(max).describe(description)

const plainUrl = (maxLength: number) =>
  z
    .url({ protocol: /^https?$/, error: 'a URL that begins with https:// is expected' })
    .max(maxLength)
    .refine(
      (url) => URL.canParse(url) && new URL(url).username === '',
      'a URL without a user name is expected',
    )
    .refine((url) => !url.includes('#'), 'a URL without a fragment is expected')

/** The address of a service, which paths are added to. */
export const webUrl = (description: string) =>
  plainUrl(2_000)
    .refine((url) => !url.includes('?'), 'a URL without a query is expected')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe(description)

/** One address, called as it is. */
export const fullUrl = (description: string) => plainUrl(2_000).describe(description)

/** A URL whose path and query are the secret itself. */
export const secretUrl = (description: string) => plainUrl(4_000).describe(description)

export const NO_CONFIG = z.strictObject({})

export const bearer = (value: string | undefined): Auth => ({
  headers: { authorization: `Bearer ${value ?? ''}` },
})

export const string = (value: unknown): string => (typeof value === 'string' ? value : '')

export const hostOf = (url: unknown): string[] =>
  URL.canParse(string(url)) ? [new URL(string(url)).host] : []

/** A test that is one GET. */
export const getTest = (
  description: string,
  url: (config: Config) => string,
  more: Partial<TypeTest> = {},
): TypeTest => ({
  description,
  call: (config) => ({ url: url(config), method: 'GET' }),
  ...more,
})

/** The path and query of a URL that is a secret as a whole. */
export function authOfUrl(value: string | undefined): Auth {
  if (value === undefined || !URL.canParse(value)) return {}
  const { pathname, searchParams } = new URL(value)
  return { pathPrefix: pathname.replace(/\/+$/, ''), query: Object.fromEntries(searchParams) }
}
