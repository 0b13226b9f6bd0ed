import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, takeText, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { describeNodeTypes } from '../../../nodes/describe.ts'
import { ApplyWorkflow, ExportQuery, ImportWorkflow, KeyParam, WorkflowDocument } from '../schema/document.ts'
import { MetricsQuery, WorkflowMetrics } from '../schema/metrics.ts'
import { NodeTypeList } from '../schema/node-type.ts'
import { PlanWorkflow, WorkflowPlan } from '../schema/plan.ts'
import { ValidateWorkflow, Validation } from '../schema/validate.ts'
import { Workflow } from '../schema/workflow.ts'
import { applyWorkflow, readByKey } from '../service/by-key.ts'
import { exportWorkflow, importWorkflow } from '../service/documents.ts'
import { readMetrics } from '../service/metrics.ts'
import { planRun } from '../service/plan.ts'
import { validateText } from '../service/validate.ts'
import { loadWorkflow } from '../service/view.ts'
import { BY_KEY, DEFINITION_BODY, DOCUMENT_BYTES, VALIDATE_BYTES, WORKFLOW_ID } from './paths.ts'

const TEXTS = ['application/yaml', 'text/plain']

export const documentRoutes = router()
  .post(
    '/validate',
    access('workflows:read'),
    doc('Check a definition', 200, Validation, {
      description:
        'Takes anything: what export gives, `{ definition, triggers? }`, a definition alone, JSON or YAML, well formed or not. Tells all problems at once.',
    }),
    takeText(ValidateWorkflow, TEXTS, VALIDATE_BYTES),
    async (c) => c.json(validateText(await c.req.text())),
  )
  .post(
    '/import',
    access('workflows:write'),
    idempotent(loadWorkflow, 201, DOCUMENT_BYTES),
    doc('Import a workflow', 201, Workflow, {
      description:
        'Always makes a new workflow, under another key when the one in the document is taken. Takes what export gives, a definition alone, or `{ content, name?, folder?, tags?, active? }` with one of them as text. JSON and YAML are told apart by the content. A file carries no secrets: webhooks that are checked answer 503 until theirs are set (`hasSecret`).',
      versioned: 'etag',
    }),
    takeText(ImportWorkflow, TEXTS, DOCUMENT_BYTES),
    async (c) => versioned(c, await importWorkflow(c.var.ctx, await c.req.text()), 201),
  )
  .get(
    BY_KEY,
    accessWithRead('workflows:read'),
    doc('Read a workflow by its key', 200, Workflow, { versioned: 'etag' }),
    validate('param', KeyParam),
    async (c) => versioned(c, await readByKey(c.var.readCtx, c.req.valid('param').key)),
  )
  .on(
    UPDATE,
    BY_KEY,
    access('workflows:write'),
    doc('Create or change a workflow by its key', 200, Workflow, {
      description:
        'Takes what export gives, or a definition alone, as JSON or YAML. What the file leaves out has its default, except `active`, which then stays as it is (at first true). The same file again changes nothing and makes no version. A file carries no secrets: webhooks that are checked answer 503 until theirs are set (`hasSecret`); a secret in `auth.secret` is set and never shown. With `If-Match` the workflow has to be there.',
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
    doc('List the node types with their parameters', 200, NodeTypeList),
    (c) => c.json({ items: describeNodeTypes() }),
  )
  .get(
    `/${WORKFLOW_ID}/export`,
    accessWithRead('workflows:read'),
    doc('Export the current version', 200, WorkflowDocument, { otherMediaTypes: ['application/yaml'] }),
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
    doc('Say what a run would do', 200, WorkflowPlan, {
      description:
        'A dry run: which nodes would run, in what order, with which parameters, as far as that follows from the input. Nothing is stored and nothing outside is reached.',
    }),
    validate('json', PlanWorkflow, { ...DEFINITION_BODY, optional: true }),
    async (c) => c.json(await planRun(c.var.readCtx, c.req.param('id'), c.req.valid('json'))),
  )
  .get(
    `/${WORKFLOW_ID}/metrics`,
    access('workflows:read'),
    doc('Read how the runs of a workflow went', 200, WorkflowMetrics, {
      description:
        'Whole days in UTC, today among them, by the day on which a run was made. Counts, costs and durations are those of the index, which a run reports to within a second, so what has just ended may be missing. Figures of nodes are a sample: they are asked from the newest runs themselves, at most 50.',
    }),
    validate('query', MetricsQuery),
    async (c) => c.json(await readMetrics(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
