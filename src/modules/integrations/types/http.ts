// Any HTTP API, with the common ways of authentication.
import * as z from 'zod'
import { toBase64, utf8 } from '../../../core/crypto.ts'
import { HEADER_NAME } from '../../../engine/triggers/webhook-trigger.ts'
import {
  anySecret,
  bearer,
  fullUrl,
  hostOf,
  type IntegrationType,
  string,
  type TypeTest,
  text,
  token,
} from './type.ts'

const testUrl = fullUrl('Called by the test, with GET; without it there is no test.').optional()

const test: TypeTest = {
  description: 'Calls `config.testUrl` with GET and expects a status below 400.',
  call: ({ testUrl: url }) => (string(url) === '' ? null : { url: string(url), method: 'GET' }),
}

/** Headers that control routing or framing, and do not authenticate. */
const RESERVED_HEADER =
  /^(host|content-.*|connection|transfer-encoding|upgrade|te|trailer|expect|cookie2|cf-.*|x-forwarded-.*|x-real-ip)$/i

const config = z.strictObject({ testUrl })
const hosts: IntegrationType['hosts'] = ({ testUrl: url }) => hostOf(url)

const basic: IntegrationType = {
  type: 'http.basic',
  name: 'HTTP user name and password',
  help: 'Signs in with a user name and a password (Basic authentication).',
  helpUrl: null,
  config: z.strictObject({
    username: z
      .string()
      .max(500)
      .regex(/^[^:\p{Cc}]*$/u, 'a user name without colons')
      .describe('The user name.'),
    testUrl,
  }),
  secrets: z.strictObject({ password: anySecret('The password.', 2_000) }),
  hosts,
  auth: ({ username }, { password = '' }) => ({
    headers: { authorization: `Basic ${toBase64(utf8(`${string(username)}:${password}`))}` },
  }),
  test,
}

const bearerToken: IntegrationType = {
  type: 'http.bearer',
  name: 'HTTP bearer token',
  help: 'Sends `Authorization: Bearer …`, as most APIs expect it.',
  helpUrl: null,
  config,
  secrets: z.strictObject({ token: token('The token, without the word Bearer.') }),
  hosts,
  auth: (_config, secrets) => bearer(secrets.token),
  test,
}

const header: IntegrationType = {
  type: 'http.header',
  name: 'HTTP header',
  help: 'Sends a key in a header of your choice, such as X-API-Key.',
  helpUrl: null,
  config: z.strictObject({
    header: z
      .string()
      .regex(HEADER_NAME, 'the name of a header')
      .refine((name) => !RESERVED_HEADER.test(name), 'this header is set by the server itself')
      .describe('The name of the header.'),
    prefix: z
      .string()
      .max(50)
      .regex(/^[\x20-\x7e]*$/, 'ASCII characters only')
      .optional()
      .describe('The text before the key, such as `Token `.'),
    testUrl,
  }),
  secrets: z.strictObject({ value: token('The key.') }),
  hosts,
  auth: ({ header: name, prefix }, { value = '' }) => ({
    headers: { [string(name).toLowerCase()]: `${string(prefix)}${value}` },
  }),
  test,
}

const query: IntegrationType = {
  type: 'http.query',
  name: 'HTTP query parameter',
  help: 'Sends a key in the query of the URL. Services often log URLs: prefer a header where there is a choice.',
  helpUrl: null,
  config: z.strictObject({ parameter: text('The name of the parameter.', 100), testUrl }),
  secrets: z.strictObject({ value: anySecret('The key.', 4_000) }),
  hosts,
  auth: ({ parameter }, { value = '' }) => ({ query: { [string(parameter)]: value } }),
  test,
}

export const HTTP_TYPES = [basic, bearerToken, header, query]
