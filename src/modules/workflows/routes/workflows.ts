import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { SetTriggers, TriggerList } from '../../triggers/index.ts'
import {
  CloneWorkflow,
  CreateWorkflow,
  DeleteWorkflowQuery,
  ListWorkflows,
  UpdateWorkflow,
  Workflow,
  WorkflowPage,
} from '../schema/workflow.ts'
import { createWorkflow } from '../service/create.ts'
import { getWorkflow } from '../service/view.ts'
import {
  cloneWorkflow,
  deleteWorkflow,
  listTriggers,
  listWorkflows,
  setActive,
  setTriggers,
  updateWorkflow,
} from '../service/workflows.ts'
import { DEFINITION_BODY, WORKFLOW_ID } from './paths.ts'

export const ownWorkflowRoutes = router()
  .get(
    '/',
    accessWithRead('workflows:read'),
    doc('workflows.list', "List the team's workflows", 200, WorkflowPage),
    validate('query', ListWorkflows),
    async (c) => c.json(await listWorkflows(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('workflows:write'),
    idempotent(getWorkflow, 201, DEFINITION_BODY.maxBytes),
    doc('workflows.create', 'Create a workflow', 201, Workflow, {
      description:
        'Reports everything that is wrong with the definition and the triggers at once, each with its path. An API key needs `runs:write` for the triggers of an active workflow.',
      versioned: 'etag',
    }),
    validate('json', CreateWorkflow, DEFINITION_BODY),
    async (c) => versioned(c, await createWorkflow(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/${WORKFLOW_ID}`,
    accessWithRead('workflows:read'),
    doc('workflows.get', 'Get a workflow', 200, Workflow, { versioned: 'etag' }),
    async (c) => versioned(c, await getWorkflow(c.var.readCtx, c.req.param('id'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/${WORKFLOW_ID}`,
    access('workflows:write'),
    doc('workflows.update', 'Update a workflow', 200, Workflow, {
      description:
        'Omitted fields stay unchanged. A changed definition or changed triggers create a new version, which is immediately current; other changes do not.',
      versioned: 'if-match',
    }),
    validate('json', UpdateWorkflow, DEFINITION_BODY),
    async (c) =>
      versioned(
        c,
        await updateWorkflow(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c)),
      ),
  )
  .delete(
    `/${WORKFLOW_ID}`,
    access('workflows:write'),
    doc('workflows.delete', 'Delete a workflow with its versions and triggers', 204, null, {
      description:
        'Its runs are kept, and active runs continue. If other workflows call it or use it as their error workflow, the response is 409 `workflow.in_use` with up to 50 of them, unless `force` is true.',
      versioned: 'if-match',
    }),
    validate('query', DeleteWorkflowQuery),
    async (c) => {
      const { force = false } = c.req.valid('query')
      await deleteWorkflow(c.var.ctx, c.req.param('id'), expectedVersion(c), force)
      return c.body(null, 204)
    },
  )
  .post(
    `/${WORKFLOW_ID}/activate`,
    access('workflows:write'),
    doc('workflows.activate', 'Activate a workflow', 200, Workflow, {
      description:
        'Its triggers can start runs; schedules count from now. A workflow can always be started manually. For a workflow with triggers, an API key also needs `runs:write`.',
      versioned: 'if-match',
    }),
    async (c) => versioned(c, await setActive(c.var.ctx, c.req.param('id'), true, expectedVersion(c))),
  )
  .post(
    `/${WORKFLOW_ID}/deactivate`,
    access('workflows:write'),
    doc('workflows.deactivate', 'Deactivate a workflow', 200, Workflow, {
      versioned: 'if-match',
    }),
    async (c) => versioned(c, await setActive(c.var.ctx, c.req.param('id'), false, expectedVersion(c))),
  )
  .post(
    `/${WORKFLOW_ID}/clone`,
    access('workflows:write'),
    idempotent(getWorkflow),
    doc('workflows.clone', 'Copy a workflow', 201, Workflow, {
      description: 'The current version becomes version 1 of the copy. Its webhooks get new URLs.',
      versioned: 'etag',
    }),
    validate('json', CloneWorkflow, { optional: true }),
    async (c) => versioned(c, await cloneWorkflow(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .get(
    `/${WORKFLOW_ID}/triggers`,
    accessWithRead('workflows:read'),
    doc(
      'workflows.triggers.list',
      'List the triggers with their URLs and next fire times',
      200,
      TriggerList,
      {
        versioned: 'etag',
      },
    ),
    async (c) => versioned(c, await listTriggers(c.var.readCtx, c.req.param('id'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/${WORKFLOW_ID}/triggers`,
    access('workflows:write'),
    doc('workflows.triggers.update', 'Replace the triggers', 200, TriggerList, {
      description:
        'Creates a new version. Ids, URLs and fire times belong to the trigger keys and stay the same. To add or change a trigger of an active workflow, an API key also needs `runs:write`.',
      versioned: 'if-match',
    }),
    validate('json', SetTriggers),
    async (c) =>
      versioned(
        c,
        await setTriggers(c.var.ctx, c.req.param('id'), c.req.valid('json').triggers, expectedVersion(c)),
      ),
  )
