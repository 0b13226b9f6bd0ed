import { idPattern } from '../../../core/ids.ts'
import { byVersion } from '../../../core/version.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { expectedVersion, versioned } from '../../../http/etag.ts'
import { idempotent } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router, UPDATE_BY_PUT } from '../../../http/router.ts'
import { addSamples, listSamples } from './samples.ts'
import {
  AddSamples,
  CreateGpuJob,
  GpuJob,
  GpuJobPage,
  ListGpuJobs,
  ListSamples,
  SamplePage,
  UpdateGpuJob,
} from './schema.ts'
import { createGpuJob, deleteGpuJob, getGpuJob, listGpuJobs, restoreGpuJob, updateGpuJob } from './service.ts'

const ID = `/:id{${idPattern('job')}}` as const

export const jobRoutes = router()
  .get(
    '/',
    accessWithRead('jobs:read'),
    doc('jobs.list', 'List GPU jobs', 200, GpuJobPage),
    validate('query', ListGpuJobs),
    async (c) => c.json(await listGpuJobs(c.var.readCtx, c.req.valid('query'))),
  )
  .post(
    '/',
    access('jobs:write'),
    idempotent(async (ctx, id) => byVersion(await getGpuJob(ctx, id))),
    doc('jobs.create', 'Create a GPU job, or update the one with this external id', 201, GpuJob, {
      description:
        'An `externalId` that the team has used before updates that job (200); omitted fields stay unchanged.',
      alsoStatus: 200,
      versioned: 'etag',
    }),
    validate('json', CreateGpuJob),
    async (c) => {
      const { job, isNew } = await createGpuJob(c.var.ctx, c.req.valid('json'))
      return versioned(c, byVersion(job), isNew ? 201 : 200)
    },
  )
  .get(
    ID,
    access('jobs:read'),
    doc('jobs.get', 'Get a GPU job', 200, GpuJob, { versioned: 'etag' }),
    async (c) => versioned(c, byVersion(await getGpuJob(c.var.ctx, c.req.param('id')))),
  )
  .on(
    UPDATE_BY_PUT,
    ID,
    access('jobs:write'),
    doc('jobs.update', 'Update a GPU job', 200, GpuJob, {
      description:
        'A queued job becomes provisioning or running, a provisioning job running, a running job succeeded; each can become failed or cancelled, a queued or provisioning job as well. Another change of status answers 409.',
      versioned: 'if-match',
    }),
    validate('json', UpdateGpuJob),
    async (c) => {
      const input = c.req.valid('json')
      return versioned(
        c,
        byVersion(await updateGpuJob(c.var.ctx, c.req.param('id'), input, expectedVersion(c))),
      )
    },
  )
  .delete(
    ID,
    access('jobs:write'),
    doc('jobs.delete', 'Delete a GPU job', 204, null, {
      description: 'It can be restored.',
      versioned: 'if-match',
    }),
    async (c) => {
      await deleteGpuJob(c.var.ctx, c.req.param('id'), expectedVersion(c))
      return c.body(null, 204)
    },
  )
  .post(
    `${ID}/restore`,
    access('jobs:write'),
    doc('jobs.restore', 'Restore a deleted GPU job', 200, GpuJob, { versioned: 'if-match' }),
    async (c) =>
      versioned(c, byVersion(await restoreGpuJob(c.var.ctx, c.req.param('id'), expectedVersion(c)))),
  )
  .post(
    `${ID}/samples`,
    access('jobs:write'),
    doc('jobs.samples.add', 'Add utilisation samples', 200, GpuJob, {
      description:
        'A sample with the same time replaces the earlier one. Returns the job with its new averages.',
      versioned: 'etag',
    }),
    validate('json', AddSamples),
    async (c) => versioned(c, byVersion(await addSamples(c.var.ctx, c.req.param('id'), c.req.valid('json')))),
  )
  .get(
    `${ID}/samples`,
    access('jobs:read'),
    doc('jobs.samples.list', 'List utilisation samples', 200, SamplePage),
    validate('query', ListSamples),
    async (c) => c.json(await listSamples(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
