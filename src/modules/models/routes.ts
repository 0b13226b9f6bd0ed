import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import type { ProviderName } from '../../providers/models/index.ts'
import { listAiProviders, removeAiProvider, setAiProvider } from './keys/service.ts'
import { testAiProvider } from './keys/test-key.ts'
import { listModels } from './list/service.ts'
import {
  AiProvider,
  AiProviderPage,
  AiProviderTest,
  AvailableModelPage,
  ListModels,
  ProviderParam,
  SetAiProvider,
  TestAiProvider,
} from './schema.ts'

export const modelRoutes = router().get(
  '/models',
  access('agents:read'),
  doc('agents.models.list', 'List the models that agents can call', 200, AvailableModelPage, {
    description:
      'Known models with their prices, their health and the key that a call would use. Other models can be called too, but their context size and price are unknown.',
  }),
  validate('query', ListModels),
  async (c) => c.json(await listModels(c.var.ctx, c.req.valid('query'))),
)

export const aiProviderRoutes = router()
  .get(
    '/',
    access('admin:read'),
    doc('admin.aiProviders.list', "List the platform's keys for model providers", 200, AiProviderPage),
    async (c) => c.json(await listAiProviders(c.var.ctx)),
  )
  .post(
    '/',
    access('admin:write'),
    doc('admin.aiProviders.set', "Set the platform's key for a model provider", 200, AiProvider, {
      description:
        'Creates or updates the key. Omitted fields stay unchanged. A different `baseUrl` requires `apiKey` again. A team’s own key, an integration of the type `ai.<provider>`, takes precedence.',
    }),
    validate('json', SetAiProvider),
    async (c) => c.json(await setAiProvider(c.var.ctx, c.req.valid('json'))),
  )
  .delete(
    '/:provider',
    access('admin:write'),
    doc('admin.aiProviders.delete', "Delete the platform's key for a model provider", 204, null),
    validate('param', ProviderParam),
    async (c) => {
      await removeAiProvider(c.var.ctx, c.req.valid('param').provider)
      return c.body(null, 204)
    },
  )
  .post(
    '/:provider/test',
    access('admin:write'),
    doc('admin.aiProviders.test', "Test the platform's key for a model provider", 200, AiProviderTest, {
      description: 'Makes one short call, which may cost a fraction of a cent.',
    }),
    validate('json', TestAiProvider),
    validate('param', ProviderParam),
    async (c) =>
      c.json(
        await testAiProvider(c.var.ctx, c.req.valid('param').provider as ProviderName, c.req.valid('json')),
      ),
  )
