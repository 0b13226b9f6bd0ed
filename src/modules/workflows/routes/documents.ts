import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, takeText, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { describeNodeTypes } from '../../../nodes/describe.ts'
import { ApplyWorkflow, ExportQuery, ImportWorkflow, KeyParam, WorkflowDocument } from '../schema/document.ts'
import { MetricsQuery, WorkflowMetrics } from '../schema/metrics.ts'
import { NodeTypeList } from '../schema/node-type.ts'
import { PlanWorkflow, WorkflowPlan } from '../schema/plan.ts'
import { ValidateWorkflow, Validation } from '../schema/validate.ts'
import { Workflow } from '../schema/workflow.ts'
import { applyWorkflow, getWorkflowByKey } from '../service/by-key.ts'
import { exportWorkflow, importWorkflow } from '../service/documents.ts'
import { getMetrics } from '../service/metrics.ts'
import { planRun } from '../service/plan.ts'
import { validateText } from '../service/validate.ts'
import { getWorkflow } from '../service/view.ts'
import { BY_KEY, DEFINITION_BODY, DOCUMENT_BYTES, VALIDATE_BYTES, WORKFLOW_ID } from './paths.ts'

const TEXTS = ['application/yaml', 'text/plain']

export const documentRoutes = router()
  .post(
    '/validate',
    access('workflows:read'),
    doc('workflows.validate', 'Check a definition', 200, Validation, {
      description:
        'Accepts an exported document, `{ definition, triggers? }` or a definition alone, as JSON or YAML, even if it is malformed. Reports all problems at once.',
    }),
    takeText(ValidateWorkflow, TEXTS, VALIDATE_BYTES),
    async (c) => c.json(await validateText(c.var.ctx, await c.req.text())),
  )
  .post(
    '/import',
    access('workflows:write'),
    idempotent(getWorkflow, 201, DOCUMENT_BYTES),
    doc('workflows.import', 'Import a workflow', 201, Workflow, {
      description:
        'Always creates a new workflow, with a different key if the one in the document is taken. Accepts an exported document, a definition alone, or `{ content, name?, folder?, tags?, active?, credentials? }` with one of them as text. JSON and YAML are told apart by the content. `credentials` of that form says which integration of the team stands for each name in the file; others must have the same name here. A file carries no secrets: webhooks that are checked answer 503 until theirs are set (`hasSecret`).',
      versioned: 'etag',
    }),
    takeText(ImportWorkflow, TEXTS, DOCUMENT_BYTES),
    async (c) => versioned(c, await importWorkflow(c.var.ctx, await c.req.text()), 201),
  )
  .get(
    BY_KEY,
    accessWithRead('workflows:read'),
    doc('workflows.getByKey', 'Get a workflow by its key', 200, Workflow, { versioned: 'etag' }),
    validate('param', KeyParam),
    async (c) => versioned(c, await getWorkflowByKey(c.var.readCtx, c.req.valid('param').key)),
  )
  .on(
    UPDATE_BY_PUT,
    BY_KEY,
    access('workflows:write'),
    doc('workflows.apply', 'Create or update a workflow by its key', 200, Workflow, {
      description:
        'Accepts an exported document, or a definition alone, as JSON or YAML. Omitted fields get their defaults, except `active`, which stays unchanged (true for a new workflow). Sending the same file again changes nothing and creates no version. A file contains no secrets: webhooks with `auth` answer 503 until their secret is set (`hasSecret`). A secret in `auth.secret` is stored and never shown. With `If-Match` the workflow must exist.',
      alsoStatus: 201,
      versioned: 'if-match',
    }),
    validate('param', KeyParam),
    takeText(ApplyWorkflow, TEXTS, DOCUMENT_BYTES),
    async (c) => {
      const condition = { expected: expectedVersion(c), mustExist: c.req.header('if-match') !== undefined }
      const { workflow, created } = await applyWorkflow(
        c.var.ctx,
        c.req.valid('param').key,
        await c.req.text(),
        condition,
      )
      return versioned(c, workflow, created ? 201 : 200)
    },
  )
  .get(
    '/node-types',
    access('workflows:read'),
    doc('workflows.listNodeTypes', 'List the node types with their parameters', 200, NodeTypeList),
    (c) => c.json({ items: describeNodeTypes(), nextCursor: null }),
  )
  .get(
    `/${WORKFLOW_ID}/export`,
    accessWithRead('workflows:read'),
    doc('workflows.export', 'Export the current version', 200, WorkflowDocument, {
      otherMediaTypes: ['application/yaml'],
    }),
    validate('query', ExportQuery),
    async (c) => {
      const { format } = c.req.valid('query')
      const { text, filename } = await exportWorkflow(c.var.readCtx, c.req.param('id'), format)
      c.header('Content-Type', format === 'yaml' ? 'application/yaml; charset=utf-8' : 'application/json')
      c.header('Content-Disposition', `attachment; filename="${filename}"`)
      return c.body(text)
    },
  )
  .post(
    `/${WORKFLOW_ID}/plan`,
    accessWithRead('workflows:read'),
    doc('workflows.plan', 'Preview what a run would do', 200, WorkflowPlan, {
      description:
        'A dry run: which nodes would run, in what order and with which parameters, as far as the input determines it. Nothing is stored, and no external service is called.',
    }),
    validate('json', PlanWorkflow, { ...DEFINITION_BODY, optional: true }),
    async (c) => c.json(await planRun(c.var.readCtx, c.req.param('id'), c.req.valid('json'))),
  )
  .get(
    `/${WORKFLOW_ID}/metrics`,
    access('workflows:read'),
    doc('workflows.getMetrics', "Get metrics of a workflow's runs", 200, WorkflowMetrics, {
      description:
        'Whole days in UTC, including today, by the day a run was created. Counts, costs and durations come from the run index, which is up to a second behind. The figures of nodes are a sample of at most 50 of the newest runs.',
    }),
    validate('query', MetricsQuery),
    async (c) => c.json(await getMetrics(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
