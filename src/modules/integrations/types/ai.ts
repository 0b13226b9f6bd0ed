// Providers of language models.
import * as z from 'zod'
import {
  type Auth,
  bearer,
  getTest,
  hostOf,
  type IntegrationType,
  NO_CONFIG,
  type Secrets,
  string,
  token,
  webUrl,
} from './type.ts'

const apiKey = token('The API key.')
const KEY = z.strictObject({ apiKey })

type Provider = {
  type: string
  name: string
  help: string
  helpUrl: string
  baseUrl: string
  /** The path that lists models, relative to the base URL. */
  models: string
  auth: (secrets: Secrets) => Auth
}

/** A provider with a single URL. */
const provider = ({ type, name, help, helpUrl, baseUrl, models, auth }: Provider): IntegrationType => ({
  type,
  name,
  help,
  helpUrl,
  config: NO_CONFIG,
  secrets: KEY,
  hosts: () => hostOf(baseUrl),
  baseUrl: () => baseUrl,
  auth: (_config, secrets) => auth(secrets),
  test: getTest('Lists the models that the key may use.', () => `${baseUrl}${models}`),
})

const openai = provider({
  type: 'ai.openai',
  name: 'OpenAI',
  help: 'Models of OpenAI.',
  helpUrl: 'https://platform.openai.com/api-keys',
  baseUrl: 'https://api.openai.com/v1',
  models: '/models',
  auth: (secrets) => bearer(secrets.apiKey),
})

const anthropic = provider({
  type: 'ai.anthropic',
  name: 'Anthropic',
  help: 'Models of Anthropic.',
  helpUrl: 'https://console.anthropic.com/settings/keys',
  baseUrl: 'https://api.anthropic.com/v1',
  models: '/models?limit=1',
  auth: ({ apiKey: key = '' }) => ({ headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' } }),
})

const google = provider({
  type: 'ai.google',
  name: 'Google Gemini',
  help: 'Models of Google, by the Gemini API.',
  helpUrl: 'https://aistudio.google.com/apikey',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  models: '/models?pageSize=1',
  auth: ({ apiKey: key = '' }) => ({ headers: { 'x-goog-api-key': key } }),
})

const deepseek = provider({
  type: 'ai.deepseek',
  name: 'DeepSeek',
  help: 'Models of DeepSeek.',
  helpUrl: 'https://platform.deepseek.com/api_keys',
  baseUrl: 'https://api.deepseek.com',
  models: '/models',
  auth: (secrets) => bearer(secrets.apiKey),
})

/** The models of a self-hosted server are unknown. */
const models = z
  .array(z.string().trim().min(1).max(200))
  .max(200)
  .optional()
  .describe('Names of its models, which GET /agents/models lists. The first is the default.')

/** Self-hosted servers often need no key. */
const OPTIONAL_KEY = z.strictObject({ apiKey: apiKey.optional() })
const optionalBearer: IntegrationType['auth'] = (_config, { apiKey: key }) =>
  key === undefined ? {} : bearer(key)

const ollama: IntegrationType = {
  type: 'ai.ollama',
  name: 'Ollama',
  help: 'Models that a server of your own runs with Ollama. An address inside of your network must be allowed by the operator (OUTBOUND_ALLOW_HOSTS).',
  helpUrl: 'https://docs.ollama.com/api',
  config: z.strictObject({
    baseUrl: webUrl('The address of the server, such as http://localhost:11434.'),
    models,
  }),
  secrets: OPTIONAL_KEY,
  hosts: ({ baseUrl }) => hostOf(baseUrl),
  baseUrl: ({ baseUrl }) => string(baseUrl),
  auth: optionalBearer,
  test: getTest('Lists the models of the server.', ({ baseUrl }) => `${string(baseUrl)}/api/tags`),
}

const compatible: IntegrationType = {
  type: 'ai.compatible',
  name: 'OpenAI-compatible server',
  help: 'Any service that speaks the API of OpenAI: vLLM, LM Studio, LiteLLM, OpenRouter, Groq, Together and others.',
  helpUrl: null,
  config: z.strictObject({ baseUrl: webUrl('The base of the API, most often ending in /v1.'), models }),
  secrets: OPTIONAL_KEY,
  hosts: ({ baseUrl }) => hostOf(baseUrl),
  baseUrl: ({ baseUrl }) => string(baseUrl),
  auth: optionalBearer,
  test: getTest('Lists the models of the service.', ({ baseUrl }) => `${string(baseUrl)}/models`),
}

export const AI_TYPES = [openai, anthropic, google, deepseek, ollama, compatible]
