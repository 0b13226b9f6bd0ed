import { idPattern } from '../../core/ids.ts'
import { access } from '../../http/auth.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router, UPDATE } from '../../http/router.ts'
import { ApiKey, ApiKeyPage, CreateApiKey, ListApiKeys, NewApiKey, UpdateApiKey } from './schema.ts'
import { createApiKey, deleteApiKey, listApiKeys, updateApiKey } from './service.ts'

const KEY_ID = `:id{${idPattern('key')}}` as const

export const apiKeyRoutes = router()
  .post(
    '/',
    access('keys:manage'),
    idempotent('secret'),
    doc('auth.apiKeys.create', 'Create an API key', 201, NewApiKey),
    validate('json', CreateApiKey),
    async (c) => c.json(await createApiKey(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    '/',
    access('keys:manage'),
    doc('auth.apiKeys.list', 'List your API keys in this team', 200, ApiKeyPage),
    validate('query', ListApiKeys),
    async (c) => c.json(await listApiKeys(c.var.ctx, c.req.valid('query'))),
  )
  .on(
    UPDATE,
    `/${KEY_ID}`,
    access('keys:manage'),
    doc('auth.apiKeys.update', 'Update the name or scopes of an API key', 200, ApiKey),
    validate('json', UpdateApiKey),
    async (c) => c.json(await updateApiKey(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .delete(
    `/${KEY_ID}`,
    access('keys:manage'),
    doc('auth.apiKeys.delete', 'Delete an API key; it stops working immediately', 204, null),
    async (c) => {
      await deleteApiKey(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
