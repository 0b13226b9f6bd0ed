import { access } from '../../../http/auth.ts'
import { versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { CreateTemplate, ListTemplates, Template, TemplatePage, UseTemplate } from '../schema/template.ts'
import { Workflow } from '../schema/workflow.ts'
import { createTemplate } from '../service/create-template.ts'
import { applyTemplate, deleteTemplate, getTemplate, listTemplates } from '../service/templates.ts'
import { loadWorkflow } from '../service/view.ts'
import { DEFINITION_BODY, TEMPLATE_ID } from './paths.ts'

export const templateRoutes = router()
  .get(
    '/templates',
    access('workflows:read'),
    doc('List templates', 200, TemplatePage, {
      description:
        'Those that come with the product, those of the team, and those that other teams have made public.',
    }),
    validate('query', ListTemplates),
    async (c) => c.json(await listTemplates(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/templates',
    access('workflows:write'),
    idempotent(getTemplate, 201, DEFINITION_BODY.maxBytes),
    doc('Make a template', 201, Template, {
      description:
        '`{{= name }}` stands for a variable: alone in a string it becomes its value, within text its text, inside an expression a literal. A value is never evaluated, whatever it holds.',
    }),
    validate('json', CreateTemplate, DEFINITION_BODY),
    async (c) => c.json(await createTemplate(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/templates/${TEMPLATE_ID}`,
    access('workflows:read'),
    doc('Read a template', 200, Template),
    async (c) => c.json(await getTemplate(c.var.ctx, c.req.param('id'))),
  )
  .delete(
    `/templates/${TEMPLATE_ID}`,
    access('workflows:write'),
    doc('Delete a template of the team', 204, null),
    async (c) => {
      await deleteTemplate(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    `/templates/${TEMPLATE_ID}/use`,
    access('workflows:write'),
    idempotent(loadWorkflow),
    doc('Make a workflow of a template', 201, Workflow, { versioned: 'etag' }),
    validate('json', UseTemplate, { optional: true }),
    async (c) => versioned(c, await applyTemplate(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
