import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { PlainText } from '../../http/text.ts'
import { PROVIDERS } from '../../providers/models/index.ts'

/** The providers that keys can be set for. The offline model needs no key. */
export const KEYED_PROVIDERS = PROVIDERS.filter((provider) => provider !== 'offline')
const KeyedProvider = z.enum(KEYED_PROVIDERS as [string, ...string[]]).describe('The provider of the models.')

const visible = /^[\x21-\x7e]+$/

const BaseUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that begins with https://' })
  .max(2_000)
  .refine((url) => !/[?#]|\/\/[^/]*@/.test(url), 'must not have a user name, query or fragment')
  .transform((url) => url.replace(/\/+$/, ''))

export const SetAiProvider = z
  .strictObject({
    provider: KeyedProvider,
    apiKey: z
      .string()
      .trim()
      .min(1)
      .max(8_192)
      .regex(visible, 'must have only visible ASCII characters')
      .optional()
      .describe('Stored encrypted. Only its last four characters are shown again.'),
    baseUrl: BaseUrl.nullable().optional().describe('The base URL of the API; null for the provider’s own.'),
    models: z
      .array(PlainText(200))
      .min(1)
      .max(200)
      .nullable()
      .optional()
      .describe('The only models that teams may call with this key; null for all.'),
    enabled: z.boolean().optional().describe('Whether the key is used.'),
    priority: z
      .int()
      .min(0)
      .max(1_000)
      .optional()
      .describe('Calls that name no provider use the one with the lowest number.'),
  })
  .meta({
    id: 'SetAiProvider',
    examples: [{ provider: 'openai', apiKey: 'sk-proj-0123456789abcdef', priority: 10 }],
  })
export type SetAiProvider = z.infer<typeof SetAiProvider>

export const AiProvider = z
  .strictObject({
    provider: KeyedProvider,
    hasKey: z.boolean().describe('Whether a key is set.'),
    lastFour: z.string().nullable().describe('The last four characters of a long key.'),
    baseUrl: z.string().nullable().describe('The base URL of the API; null for the provider’s own.'),
    models: z
      .array(z.string())
      .nullable()
      .describe('The only models that teams may call with this key; null for all.'),
    enabled: z.boolean().describe('Whether the key is used.'),
    priority: z.int().describe('Calls that name no provider use the one with the lowest number.'),
    suspendedUntil: z.iso
      .datetime()
      .nullable()
      .describe('Set if the provider has rejected the key. The key is not used before this time.'),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'AiProvider' })
export type AiProvider = z.infer<typeof AiProvider>

export const AiProviderPage = pageOf(AiProvider).meta({ id: 'AiProviderPage' })

export const ProviderParam = z.strictObject({ provider: KeyedProvider })

export const TestAiProvider = z
  .strictObject({
    model: PlainText(200)
      .optional()
      .describe('Default: the first model of the key, or the provider’s default model.'),
  })
  .meta({ id: 'TestAiProvider' })
export type TestAiProvider = z.infer<typeof TestAiProvider>

export const AiProviderTest = z
  .strictObject({
    ok: z.boolean().describe('Whether the call succeeded.'),
    latencyMs: z.int().describe('How long the call took.'),
    model: z.string().nullable().describe('The model that was called; null if none is known.'),
    error: z
      .strictObject({
        reason: z.string().describe('The reason as a code.'),
        message: z.string().describe('The reason as text.'),
      })
      .optional()
      .describe('Why it failed.'),
  })
  .meta({ id: 'AiProviderTest' })
export type AiProviderTest = z.infer<typeof AiProviderTest>

const rate = (what: string) =>
  z.number().nullable().describe(`US dollars per million tokens ${what}; null if unknown.`)

export const ModelPrices = z
  .strictObject({
    inputUsd: rate('of input'),
    cachedInputUsd: rate('that were read from a cache'),
    cacheWriteUsd: rate('that were written to a cache'),
    outputUsd: rate('of output'),
    above: z.int().describe('The price applies to calls with more input tokens than this.'),
  })
  .meta({ id: 'ModelPrices' })
export type ModelPrices = z.infer<typeof ModelPrices>

export const AvailableModel = z
  .strictObject({
    provider: z.enum(PROVIDERS).describe('The provider of the model.'),
    model: z.string().describe('The provider’s name of the model.'),
    kind: z.enum(['chat', 'embedding']).describe('The kind of model.'),
    contextSize: z.int().nullable().describe('The maximum number of input tokens; null if unknown.'),
    prices: z
      .array(ModelPrices)
      .nullable()
      .describe(
        'US dollars per million tokens, with an entry for each price step. Null if unknown; calls then have no cost.',
      ),
    health: z
      .enum(['ok', 'failing', 'key_suspended', 'not_configured'])
      .describe(
        '`failing`: not called for a while after failures. `key_suspended`: the provider has rejected the key.',
      ),
    keySource: z
      .enum(['team', 'platform', 'none'])
      .describe('`team`: an integration of the team. `none`: no key is needed or set.'),
    integration: z
      .strictObject({ id: z.string(), name: z.string() })
      .nullable()
      .describe("The team's integration with the key. Entries of `models` can refer to it."),
    isDefault: z.boolean().describe('Whether calls that name no model use it.'),
  })
  .meta({ id: 'AvailableModel' })
export type AvailableModel = z.infer<typeof AvailableModel>

export const AvailableModelPage = pageOf(AvailableModel).meta({ id: 'AvailableModelPage' })

export const ListModels = listQuery(['provider'], {
  provider: z.enum(PROVIDERS).optional().describe('Only models of this provider.'),
  configured: z.enum(['true', 'false']).optional().describe('`true`: only models that can be called.'),
})
export type ListModels = z.infer<typeof ListModels>
