import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import { SetTriggers, TriggerList } from '../schema/trigger.ts'
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
import { loadWorkflow, readWorkflow } from '../service/view.ts'
import {
  cloneWorkflow,
  listWorkflows,
  readTriggers,
  removeWorkflow,
  setActive,
  setTriggers,
  updateWorkflow,
} from '../service/workflows.ts'
import { DEFINITION_BODY, WORKFLOW_ID } from './paths.ts'

export const ownWorkflowRoutes = router()
  .get(
    '/',
    accessWithRead('workflows:read'),
    doc('List the workflows of the team', 200, WorkflowPage),
    validate('query', ListWorkflows),
    async (c) => c.json(await listWorkflows(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('workflows:write'),
    idempotent(loadWorkflow, 201, DEFINITION_BODY.maxBytes),
    doc('Create a workflow', 201, Workflow, {
      description: 'Everything that is wrong with definition and triggers is told at once, with its path.',
      versioned: 'etag',
    }),
    validate('json', CreateWorkflow, DEFINITION_BODY),
    async (c) => versioned(c, await createWorkflow(c.var.ctx, c.req.valid('json')), 201),
  )
  .get(
    `/${WORKFLOW_ID}`,
    accessWithRead('workflows:read'),
    doc('Read a workflow', 200, Workflow, { versioned: 'etag' }),
    async (c) => versioned(c, await readWorkflow(c.var.readCtx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    `/${WORKFLOW_ID}`,
    access('workflows:write'),
    doc('Change a workflow', 200, Workflow, {
      description:
        'Fields that are not sent stay. Another definition or other triggers become a new version, which is current at once; other changes make none.',
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
    doc('Delete a workflow with its versions and triggers', 204, null, {
      description:
        'Its runs stay, and those under way go on. While other workflows call it or start it on errors, the answer is 409 `workflow.in_use`, which names up to 50 of them, unless `force` is true.',
      versioned: 'if-match',
    }),
    validate('query', DeleteWorkflowQuery),
    async (c) => {
      const { force = false } = c.req.valid('query')
      await removeWorkflow(c.var.ctx, c.req.param('id'), expectedVersion(c), force)
      return c.body(null, 204)
    },
  )
  .post(
    `/${WORKFLOW_ID}/activate`,
    access('workflows:write'),
    doc('Let the triggers start runs', 200, Workflow, {
      description:
        'Schedules count from now on. By hand a workflow can be started whether it is active or not.',
      versioned: 'if-match',
    }),
    async (c) => versioned(c, await setActive(c.var.ctx, c.req.param('id'), true, expectedVersion(c))),
  )
  .post(
    `/${WORKFLOW_ID}/deactivate`,
    access('workflows:write'),
    doc('Keep the triggers from starting runs', 200, Workflow, { versioned: 'if-match' }),
    async (c) => versioned(c, await setActive(c.var.ctx, c.req.param('id'), false, expectedVersion(c))),
  )
  .post(
    `/${WORKFLOW_ID}/clone`,
    access('workflows:write'),
    idempotent(loadWorkflow),
    doc('Copy a workflow', 201, Workflow, {
      description: 'The current version becomes version 1 of the copy. Its webhooks have URLs of their own.',
      versioned: 'etag',
    }),
    validate('json', CloneWorkflow, { optional: true }),
    async (c) => versioned(c, await cloneWorkflow(c.var.ctx, c.req.param('id'), c.req.valid('json')), 201),
  )
  .get(
    `/${WORKFLOW_ID}/triggers`,
    accessWithRead('workflows:read'),
    doc('Read the triggers with their URLs and next times', 200, TriggerList, { versioned: 'etag' }),
    async (c) => versioned(c, await readTriggers(c.var.readCtx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    `/${WORKFLOW_ID}/triggers`,
    access('workflows:write'),
    doc('Set the triggers', 200, TriggerList, {
      description: 'Makes a new version. Ids, URLs and times belong to the keys and stay.',
      versioned: 'if-match',
    }),
    validate('json', SetTriggers),
    async (c) =>
      versioned(
        c,
        await setTriggers(c.var.ctx, c.req.param('id'), c.req.valid('json').triggers, expectedVersion(c)),
      ),
  )
