// Defines an integration type: one value with its fields, how it signs requests, and how it is tested. Everything
// else (validation, `GET /types`, credentials, tests, webhooks) only uses this.
import * as z from 'zod'

/** How a request is signed. Everything in it is secret, and is only added for an allowed host. */
export type Auth = {
  headers?: Record<string, string>
  query?: Record<string, string>
  /** Inserted before the path of the request: some services need their token in the path. */
  pathPrefix?: string
}

export type HttpCall = {
  url: string
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
}

/** `ok` or `refused` if the response is clear. Null: the status decides. */
export type Judge = (answer: { status: number; json: unknown }) => 'ok' | 'refused' | null

export type TypeTest = {
  /** What the test does, for people. */
  description: string
  /** Null if there is nothing to call with this configuration. */
  call: (config: Config, secrets: Secrets) => HttpCall | null
  judge?: Judge
  /** The test has visible effects, so only people start it. */
  isVisible?: true
}

/** What must be fetched before a request can be signed. */
export type TokenKind = 'client-credentials' | 'authorization-code' | 'github-app'

export type Config = Readonly<Record<string, unknown>>
export type Secrets = Readonly<Record<string, string>>

type SecretsShape = Record<string, z.ZodType<string> | z.ZodOptional<z.ZodType<string>>>

export type IntegrationType = {
  type: string
  name: string
  /** What it connects, and where to create its secrets. */
  help: string
  helpUrl: string | null
  config: z.ZodObject
  secrets: z.ZodObject<SecretsShape>
  /** The default hosts for its secrets. Empty: the integration must set them. */
  hosts: (config: Config, secrets: Secrets) => string[]
  /** The URL of the API, for callers that only give a path. */
  baseUrl?: (config: Config, secrets: Secrets) => string
  /** Null in `token` types. Absent if requests are never signed with it. */
  auth?: (config: Config, secrets: Secrets) => Auth
  /** Signs with the fetched token. */
  token?: TokenKind
  /** Signs each request over its method, URL and body (AWS). */
  signsRequests?: true
  /** Errors in combinations of valid fields. */
  check?: (config: Config, secrets: Secrets) => { path: string; message: string }[]
  test?: TypeTest
  /** The secret that verifies deliveries of a webhook. */
  webhookSecret?: string
}

const visible = /^[\x21-\x7e]+$/

/** A token or key for a header. Copied text often has spaces at its ends. */
export const token = (description: string) =>
  z.string().trim().min(1).max(8_192).regex(visible, 'visible ASCII characters only').describe(description)

/** A secret with any characters, such as a password or a private key. */
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

/** The base URL of a service, to which paths are appended. */
export const webUrl = (description: string) =>
  plainUrl(2_000)
    .refine((url) => !url.includes('?'), 'a URL without a query is expected')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe(description)

/** A URL that is called unchanged. */
export const fullUrl = (description: string) => plainUrl(2_000).describe(description)

/** A URL whose path and query are the secret. */
export const secretUrl = (description: string) => plainUrl(4_000).describe(description)

export const NO_CONFIG = z.strictObject({})

export const bearer = (value: string | undefined): Auth => ({
  headers: { authorization: `Bearer ${value ?? ''}` },
})

export const string = (value: unknown): string => (typeof value === 'string' ? value : '')

export const hostOf = (url: unknown): string[] =>
  URL.canParse(string(url)) ? [new URL(string(url)).host] : []

/** A test that consists of one GET. */
export const getTest = (
  description: string,
  url: (config: Config) => string,
  more: Partial<TypeTest> = {},
): TypeTest => ({
  description,
  call: (config) => ({ url: url(config), method: 'GET' }),
  ...more,
})

/** The path and query of a URL that is secret as a whole. */
export function authOfUrl(value: string | undefined): Auth {
  if (value === undefined || !URL.canParse(value)) return {}
  const { pathname, searchParams } = new URL(value)
  return { pathPrefix: pathname.replace(/\/+$/, ''), query: Object.fromEntries(searchParams) }
}
