import { access } from '../../../http/auth.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  CreateTaskTemplate,
  ListTaskTemplates,
  TaskTemplate,
  TaskTemplatePage,
  UsedTaskTemplate,
  UseTaskTemplate,
} from './schema.ts'
import { applyTemplate, createTemplate, deleteTemplate, getTemplate, listTemplates } from './service.ts'

/** Our ids, and the names of built-in templates. */
const TEMPLATE = '/templates/:id{tpl_[0-9a-z-]+}' as const

export const templateRoutes = router()
  .get(
    '/templates',
    access('tasks:read'),
    doc('tasks.templates.list', 'List templates of tasks', 200, TaskTemplatePage),
    validate('query', ListTaskTemplates),
    async (c) => c.json(await listTemplates(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/templates',
    access('tasks:write'),
    idempotent(getTemplate),
    doc('tasks.templates.create', 'Keep a task with its subtasks as a template', 201, TaskTemplate),
    validate('json', CreateTaskTemplate),
    async (c) => c.json(await createTemplate(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    TEMPLATE,
    access('tasks:read'),
    doc('tasks.templates.get', 'Get a template of tasks', 200, TaskTemplate),
    async (c) => c.json(await getTemplate(c.var.ctx, c.req.param('id'))),
  )
  .delete(
    TEMPLATE,
    access('tasks:write'),
    doc('tasks.templates.delete', 'Delete a template of tasks', 204, null),
    async (c) => {
      await deleteTemplate(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )
  .post(
    `${TEMPLATE}/use`,
    access('tasks:write'),
    doc('tasks.templates.use', 'Make tasks of a template', 201, UsedTaskTemplate, {
      description: 'All of them are created, or none.',
    }),
    validate('json', UseTaskTemplate, { optional: true }),
    async (c) => c.json(await applyTemplate(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
