import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
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
import { compareVersions, getVersion, listVersions, restoreVersion } from '../service/versions.ts'
import { getWorkflow } from '../service/view.ts'
import { DEFINITION_BODY, VERSION, WORKFLOW_ID } from './paths.ts'

export const versionRoutes = router()
  .get(
    `/${WORKFLOW_ID}/versions`,
    accessWithRead('workflows:read'),
    doc('workflows.versions.list', 'List the versions of a workflow', 200, WorkflowVersionPage),
    validate('query', ListVersions),
    async (c) => c.json(await listVersions(c.var.readCtx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${WORKFLOW_ID}/versions/diff`,
    accessWithRead('workflows:read'),
    doc('workflows.versions.compare', 'Compare two versions', 200, WorkflowDiff),
    validate('query', DiffQuery),
    async (c) => c.json(await compareVersions(c.var.readCtx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${WORKFLOW_ID}/versions/${VERSION}`,
    accessWithRead('workflows:read'),
    doc('workflows.versions.get', 'Get a version', 200, WorkflowVersion),
    validate('param', VersionParam),
    async (c) => {
      const { id, version } = c.req.valid('param')
      return c.json(await getVersion(c.var.readCtx, id, version))
    },
  )
  .post(
    `/${WORKFLOW_ID}/versions/${VERSION}/restore`,
    access('workflows:write'),
    idempotent(getWorkflow, 200),
    doc('workflows.versions.restore', 'Restore a version', 200, Workflow, {
      description: 'Its content becomes a new version, which is immediately current.',
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
    doc('workflows.draft.get', 'Get the draft with its problems', 200, Draft, { versioned: 'etag' }),
    async (c) => versioned(c, await getDraft(c.var.ctx, c.req.param('id'))),
  )
  .on(
    UPDATE_BY_PUT,
    `/${WORKFLOW_ID}/draft`,
    access('workflows:write'),
    doc('workflows.draft.update', 'Save the draft', 200, Draft, {
      description: 'A draft may have problems; the response lists them. The draft has its own ETag.',
      versioned: 'if-match',
    }),
    validate('json', SaveDraft, DEFINITION_BODY),
    async (c) =>
      versioned(c, await saveDraft(c.var.ctx, c.req.param('id'), c.req.valid('json'), expectedVersion(c))),
  )
  .delete(
    `/${WORKFLOW_ID}/draft`,
    access('workflows:write'),
    doc('workflows.draft.delete', 'Discard the draft', 204, null, { versioned: 'if-match' }),
    async (c) => {
      await deleteDraft(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
  .post(
    `/${WORKFLOW_ID}/publish`,
    access('workflows:write'),
    idempotent(getWorkflow, 200),
    doc('workflows.publish', 'Publish the draft as the current version', 200, Workflow, {
      description:
        'If-Match takes the ETag of the draft. Fails if another version has become current in the meantime.',
      versioned: 'if-match',
    }),
    async (c) => versioned(c, await publishDraft(c.var.ctx, c.req.param('id'), expectedVersion(c))),
  )
