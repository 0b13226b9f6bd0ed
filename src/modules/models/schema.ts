import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { PlainText } from '../../http/text.ts'
import { PROVIDERS } from '../../providers/models/index.ts'

/** What a key may be set for: the offline model needs none. */
export const KEYED_PROVIDERS = PROVIDERS.filter((provider) => provider !== 'offline')
const KeyedProvider = z.enum(KEYED_PROVIDERS as [string, ...string[]]).describe('Who runs the models.')

const visible = /^[\x21-\x7e]+$/

const BaseUrl = z
  .url({ protocol: /^https?$/, error: 'a URL that begins with https:// is expected' })
  .max(2_000)
  .refine((url) => !/[?#]|\/\/[^/]*@/.test(url), 'a URL without a user name, query or fragment is expected')
  .transform((url) => url.replace(/\/+$/, ''))

export const SetAiProvider = z
  .strictObject({
    provider: KeyedProvider,
    apiKey: z
      .string()
      .trim()
      .min(1)
      .max(8_192)
      .regex(visible, 'visible ASCII characters only')
      .optional()
      .describe('Sealed when stored; only its last four characters are shown again.'),
    baseUrl: BaseUrl.nullable()
      .optional()
      .describe('Where the API is; null for the address of the provider.'),
    models: z
      .array(PlainText(200))
      .min(1)
      .max(200)
      .nullable()
      .optional()
      .describe('The only models that teams may call with this key; null for all.'),
    enabled: z.boolean().optional().describe('Whether it is used.'),
    priority: z
      .int()
      .min(0)
      .max(1_000)
      .optional()
      .describe('The provider with the least number is used where nobody names one.'),
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
    lastFour: z.string().nullable().describe('The end of a long key.'),
    baseUrl: z.string().nullable().describe('Where the API is; null for the address of the provider.'),
    models: z
      .array(z.string())
      .nullable()
      .describe('The only models that teams may call with it; null for all.'),
    enabled: z.boolean().describe('Whether it is used.'),
    priority: z.int().describe('The provider with the least number is used where nobody names one.'),
    suspendedUntil: z.iso
      .datetime()
      .nullable()
      .describe('The provider has rejected the key; it is not used until then.'),
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
    model: PlainText(200).optional().describe('Without it, the first model of the key or the usual one.'),
  })
  .meta({ id: 'TestAiProvider' })
export type TestAiProvider = z.infer<typeof TestAiProvider>

export const AiProviderTest = z
  .strictObject({
    ok: z.boolean().describe('Whether the call went well.'),
    latencyMs: z.int().describe('How long the call took.'),
    model: z.string().nullable().describe('The model that was called; null if none is known.'),
    error: z
      .strictObject({
        reason: z.string().describe('What went wrong, by one word of a closed list.'),
        message: z.string().describe('The same for people.'),
      })
      .optional()
      .describe('Why it failed.'),
  })
  .meta({ id: 'AiProviderTest' })
export type AiProviderTest = z.infer<typeof AiProviderTest>

const rate = (what: string) =>
  z.number().nullable().describe(`Dollars for a million tokens ${what}; null if the table does not say.`)

export const ModelPrices = z
  .strictObject({
    inputUsd: rate('of input'),
    cachedInputUsd: rate('that were read from a cache'),
    cacheWriteUsd: rate('that were written to a cache'),
    outputUsd: rate('of output'),
    above: z.int().describe('These hold for calls with more input tokens than this.'),
  })
  .meta({ id: 'ModelPrices' })
export type ModelPrices = z.infer<typeof ModelPrices>

export const AvailableModel = z
  .strictObject({
    provider: z.enum(PROVIDERS).describe('Who runs it.'),
    model: z.string().describe('Its name there.'),
    kind: z.enum(['chat', 'embedding']).describe('What it is for.'),
    contextSize: z.int().nullable().describe('Tokens that a call may take in; null if unknown.'),
    prices: z
      .array(ModelPrices)
      .nullable()
      .describe(
        'Dollars for a million tokens, a line for each step; null if unknown: then calls have no cost.',
      ),
    health: z
      .enum(['ok', 'failing', 'key_suspended', 'not_configured'])
      .describe(
        '`failing`: left alone for a while after failures. `key_suspended`: the provider has rejected the key.',
      ),
    keySource: z
      .enum(['team', 'platform', 'none'])
      .describe('`team`: an integration of the team. `none`: it needs no key, or there is none.'),
    integration: z
      .strictObject({ id: z.string(), name: z.string() })
      .nullable()
      .describe("The team's integration with the key, by which a ladder may name it."),
    isDefault: z.boolean().describe('Used where nobody names a model.'),
  })
  .meta({ id: 'AvailableModel' })
export type AvailableModel = z.infer<typeof AvailableModel>

export const AvailableModelPage = pageOf(AvailableModel).meta({ id: 'AvailableModelPage' })

export const ListModels = listQuery(['provider'], {
  provider: z.enum(PROVIDERS).optional().describe('Only models of this provider.'),
  configured: z.enum(['true', 'false']).optional().describe('`true`: only models that can be called.'),
})
export type ListModels = z.infer<typeof ListModels>
