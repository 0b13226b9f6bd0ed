import { access } from '../../http/auth.ts'
import { versioned } from '../../http/etag.ts'
import { idempotent } from '../../http/idempotency.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { DEFINITION_BODY, getWorkflow, Workflow } from '../workflows/index.ts'
import { CreateTemplate, ListTemplates, Template, TemplatePage, UseTemplate } from './schema.ts'
import { createTemplate } from './service/create.ts'
import { applyTemplate, deleteTemplate, getTemplate, listTemplates } from './service/templates.ts'

const TEMPLATE_ID = ':id{tpl_[0-9a-z_]+}' as const

export const templateRoutes = router()
  .get(
    '/templates',
    access('workflows:read'),
    doc('workflows.templates.list', 'List templates', 200, TemplatePage, {
      description: 'Built-in templates, the templates of the team, and public templates of other teams.',
    }),
    validate('query', ListTemplates),
    async (c) => c.json(await listTemplates(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/templates',
    access('workflows:write'),
    idempotent(getTemplate, 201, DEFINITION_BODY.maxBytes),
    doc('workflows.templates.create', 'Create a template', 201, Template, {
      description:
        '`{{= name }}` is a placeholder for a variable. Alone in a string it becomes the value, within text it becomes text, and inside an expression it becomes a literal. Values are never evaluated.',
    }),
    validate('json', CreateTemplate, DEFINITION_BODY),
    async (c) => c.json(await createTemplate(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/templates/${TEMPLATE_ID}`,
    access('workflows:read'),
    doc('workflows.templates.get', 'Get a template', 200, Template),
    async (c) => c.json(await getTemplate(c.var.ctx, c.req.param('id'))),
  )
  .delete(
    `/templates/${TEMPLATE_ID}`,
    access('workflows:write'),
    doc('workflows.templates.delete', "Delete one of the team's templates", 204, null),
    async (c) => {
      await deleteTemplate(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    `/templates/${TEMPLATE_ID}/use`,
    access('workflows:write'),
    idempotent(getWorkflow),
    doc('workflows.templates.use', 'Create a workflow from a template', 201, Workflow, { versioned: 'etag' }),
    validate('json', UseTemplate, { optional: true }),
    async (c) => versioned(c, await applyTemplate(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
