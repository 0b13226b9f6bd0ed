// Services that send mail.
import * as z from 'zod'
import { bearer, getTest, type IntegrationType, NO_CONFIG, token } from './type.ts'

const KEY = z.strictObject({ apiKey: token('The API key.') })

const resend: IntegrationType = {
  type: 'resend',
  name: 'Resend',
  help: 'Sends mail with Resend.',
  helpUrl: 'https://resend.com/api-keys',
  config: NO_CONFIG,
  secrets: KEY,
  hosts: () => ['api.resend.com'],
  baseUrl: () => 'https://api.resend.com',
  auth: (_config, secrets) => bearer(secrets.apiKey),
  test: getTest('Lists the domains of the account.', () => 'https://api.resend.com/domains', {
    // Distinguishes a key that may only send from an invalid key.
    judge: ({ json }) => ((json as { name?: unknown } | null)?.name === 'restricted_api_key' ? 'ok' : null),
  }),
}

const postmark: IntegrationType = {
  type: 'postmark',
  name: 'Postmark',
  help: 'Sends mail with a server of Postmark.',
  helpUrl: 'https://account.postmarkapp.com/servers',
  config: NO_CONFIG,
  secrets: z.strictObject({ serverToken: token('The API token of the server.') }),
  hosts: () => ['api.postmarkapp.com'],
  baseUrl: () => 'https://api.postmarkapp.com',
  auth: (_config, { serverToken = '' }) => ({ headers: { 'x-postmark-server-token': serverToken } }),
  test: {
    description: 'Reads the settings of the server.',
    call: () => ({
      url: 'https://api.postmarkapp.com/server',
      method: 'GET',
      headers: { accept: 'application/json' },
    }),
  },
}

const sendgrid: IntegrationType = {
  type: 'sendgrid',
  name: 'SendGrid',
  help: 'Sends mail with SendGrid.',
  helpUrl: 'https://app.sendgrid.com/settings/api_keys',
  config: NO_CONFIG,
  secrets: KEY,
  hosts: () => ['api.sendgrid.com'],
  baseUrl: () => 'https://api.sendgrid.com/v3',
  auth: (_config, secrets) => bearer(secrets.apiKey),
  test: getTest('Lists what the key may do.', () => 'https://api.sendgrid.com/v3/scopes'),
}

export const MAIL_TYPES = [resend, postmark, sendgrid]
