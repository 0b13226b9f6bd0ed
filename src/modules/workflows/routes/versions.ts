import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE } from '../../../http/router.ts'
import {
  DiffQuery,
  Draft,
  ListVersions,
  SaveDraft,
  VersionParam,
  WorkflowDiff,
  WorkflowVersion,
  WorkflowVersionPage,
} from '../schema/version.ts'
import { Workflow } from '../schema/workflow.ts'
import { deleteDraft, getDraft, publishDraft, saveDraft } from '../service/drafts.ts'
import { compareVersions, listVersions, readVersion, restoreVersion } from '../service/versions.ts'
import { loadWorkflow } from '../service/view.ts'
import { DEFINITION_BODY, VERSION, WORKFLOW_ID } from './paths.ts'

export const versionRoutes = router()
  .get(
    `/${WORKFLOW_ID}/versions`,
    accessWithRead('workflows:read'),
    doc('List the versions of a workflow', 200, WorkflowVersionPage),
    validate('query', ListVersions),
    async (c) => c.json(await listVersions(c.var.readCtx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${WORKFLOW_ID}/versions/diff`,
    accessWithRead('workflows:read'),
    doc('Compare two versions', 200, WorkflowDiff),
    validate('query', DiffQuery),
    async (c) => c.json(await compareVersions(c.var.readCtx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${WORKFLOW_ID}/versions/${VERSION}`,
    accessWithRead('workflows:read'),
    doc('Read a version', 200, WorkflowVersion),
    validate('param', VersionParam),
    async (c) => {
      const { id, version } = c.req.valid('param')
      return c.json(await readVersion(c.var.readCtx, id, version))
    },
  )
  .post(
    `/${WORKFLOW_ID}/versions/${VERSION}/restore`,
    access('workflows:write'),
    idempotent(loadWorkflow, 200),
    doc('Restore a version', 200, Workflow, {
      description: 'Its content becomes a new version, which is current at once.',
      versioned: 'if-match',
    }),
    validate('param', VersionParam),
    async (c) => {
      const { id, version } = c.req.valid('param')
      return versioned(c, await restoreVersion(c.var.ctx, id, version, expectedVersion(c)))
    },
  )
  .get(
    `/${WORKFLOW_ID}/draft`,
    access('workflows:read'),
    doc('Read the draft with its problems', 200, Draft, { versioned: 'etag' }),
    async (c) => versioned(c, await getDraft(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE,
    `/${WORKFLOW_ID}/draft`,
    access('workflows:write'),
    doc('Save the draft', 200, Draft, {
      description: 'It may have problems, which the answer tells. The draft has an ETag of its own.',
      versioned: 'if-match',
    }),
    validate('json', SaveDraft, DEFINITION_BODY),
    async (c) =>
      versioned(c, await saveDraft(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .delete(
    `/${WORKFLOW_ID}/draft`,
    access('workflows:write'),
    doc('Throw the draft away', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteDraft(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
  .post(
    `/${WORKFLOW_ID}/publish`,
    access('workflows:write'),
    idempotent(loadWorkflow, 200),
    doc('Make the draft the current version', 200, Workflow, {
      description:
        'If-Match takes the ETag of the draft. Refused when another version has become current since.',
      versioned: 'if-match',
    }),
    async (c) => versioned(c, await publishDraft(c.var.ctx, c.req.param('id'), expectedVersion(c))),
  )
