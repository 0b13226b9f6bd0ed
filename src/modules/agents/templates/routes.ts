import { idPattern } from '../../../core/ids.ts'
import { access } from '../../../http/auth.ts'
import { versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  Agent,
  AgentTemplate,
  AgentTemplatePage,
  CreateTemplate,
  ListTemplates,
  UseTemplate,
} from '../stored/schema.ts'
import { getAgent } from '../stored/service.ts'
import { applyTemplate, createTemplate, deleteTemplate, getTemplate, listTemplates } from './service.ts'

const ID = `:id{${idPattern('tpl')}}` as const

export const agentTemplateRoutes = router()
  .get(
    '/templates',
    access('agents:read'),
    doc('agents.templates.list', 'List the templates of agents', 200, AgentTemplatePage),
    validate('query', ListTemplates),
    async (c) => c.json(await listTemplates(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/templates',
    access('agents:write'),
    idempotent(getTemplate),
    doc('agents.templates.create', 'Create a template from an agent', 201, AgentTemplate),
    validate('json', CreateTemplate),
    async (c) => c.json(await createTemplate(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/templates/${ID}`,
    access('agents:read'),
    doc('agents.templates.get', 'Get a template of an agent', 200, AgentTemplate),
    async (c) => c.json(await getTemplate(c.var.ctx, c.req.param('id'))),
  )
  .delete(
    `/templates/${ID}`,
    access('agents:write'),
    doc('agents.templates.delete', 'Delete a template of an agent', 204, null),
    async (c) => {
      await deleteTemplate(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    `/templates/${ID}/use`,
    access('agents:write'),
    idempotent(getAgent),
    doc('agents.templates.use', 'Create an agent from a template', 201, Agent, { versioned: 'etag' }),
    validate('json', UseTemplate, { optional: true }),
    async (c) => versioned(c, await applyTemplate(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
