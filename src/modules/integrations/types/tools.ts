// Other automation servers, tool servers, and webhooks of any sender.
import * as z from 'zod'
import { bearer, getTest, hostOf, type IntegrationType, NO_CONFIG, string, token, webUrl } from './type.ts'

const n8n: IntegrationType = {
  type: 'n8n',
  name: 'n8n',
  help: 'An n8n server, by its public API.',
  helpUrl: 'https://docs.n8n.io/api/authentication/',
  config: z.strictObject({ baseUrl: webUrl('The address of the server, without /api.') }),
  secrets: z.strictObject({ apiKey: token('An API key, from the settings under "n8n API".') }),
  hosts: ({ baseUrl }) => hostOf(baseUrl),
  baseUrl: ({ baseUrl }) => `${string(baseUrl)}/api/v1`,
  auth: (_config, { apiKey = '' }) => ({ headers: { 'x-n8n-api-key': apiKey } }),
  test: getTest('Lists one workflow.', ({ baseUrl }) => `${string(baseUrl)}/api/v1/workflows?limit=1`),
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'Orrery', version: '1' } },
}

const mcp: IntegrationType = {
  type: 'mcp',
  name: 'MCP server',
  help: 'A server of the Model Context Protocol over streamable HTTP, whose tools agents may use.',
  helpUrl: 'https://modelcontextprotocol.io',
  config: z.strictObject({ url: webUrl('The endpoint of the server.') }),
  secrets: z.strictObject({ token: token('A bearer token, where the server asks for one.').optional() }),
  hosts: ({ url }) => hostOf(url),
  baseUrl: ({ url }) => string(url),
  auth: (_config, secrets) => (secrets.token === undefined ? {} : bearer(secrets.token)),
  test: {
    description: 'Greets the server (initialize).',
    call: ({ url }) => ({
      url: string(url),
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify(INITIALIZE),
    }),
  },
}

const webhook: IntegrationType = {
  type: 'webhook',
  name: 'Webhook secret',
  help: 'The secret that a sender signs its webhooks with, for `auth.credential` of webhook triggers. It is sent nowhere.',
  helpUrl: null,
  config: NO_CONFIG,
  secrets: z.strictObject({
    secret: z
      .string()
      .min(8)
      .max(1000)
      .regex(/^[\x21-\x7e]+$/, 'visible ASCII characters only')
      .describe('The secret.'),
  }),
  hosts: () => [],
  webhookSecret: 'secret',
}

export const TOOL_TYPES = [n8n, mcp, webhook]
